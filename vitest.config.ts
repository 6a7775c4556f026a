import { defineConfig } from 'vitest/config';

// The `@wirepact/source` condition makes `wirepact/client` and the like resolve to this checkout's TypeScript.
export default defineConfig({
  resolve: { conditions: ['@wirepact/source'] },
  ssr: { resolve: { conditions: ['@wirepact/source'] } },
  test: {
    include: ['**/*.test.ts'],
    exclude: ['**/node_modules/**', 'dist/**'],
    // Many files mostly wait for timers and sockets: more workers than cores do no harm.
    maxWorkers: 3,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
