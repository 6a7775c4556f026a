import { defineConfig } from 'vitest/config';

// The `source` condition makes `wirepact/client` and the like resolve to this checkout's TypeScript.
export default defineConfig({
  resolve: { conditions: ['source'] },
  ssr: { resolve: { conditions: ['source'] } },
  test: {
    include: ['**/*.test.ts'],
    exclude: ['**/node_modules/**', 'dist/**'],
    // Many files mostly wait for timers and sockets: more workers than cores do no harm.
    maxWorkers: 3,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
