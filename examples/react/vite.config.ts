// How the application is built and, by `npm run dev`, served together with a `wirepact serve` of its own.
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';
import { createBackend } from './backend.ts';
import { startWirepact } from './wirepact-serve.ts';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** The product's back end, and the server of its sockets, as long as the development server runs. */
const backend: Plugin = {
  name: 'backend',
  async configureServer(server) {
    const wirepact = await startWirepact();
    const { handle } = createBackend(wirepact);
    server.middlewares.use((request, response, next) => void handle(request, response, next));
    server.httpServer?.on('close', () => wirepact.stop());
    process.once('exit', () => wirepact.stop());
  },
};

export default defineConfig({
  root: here('.'),
  plugins: [react(), backend],
  resolve: {
    // In a project of its own, `npm install wirepact` and none of this.
    alias: [{ find: /^wirepact\/(\w+)$/, replacement: `${here('../../runtime')}/$1/index.ts` }],
    dedupe: ['react', 'react-dom'],
  },
  server: { fs: { allow: [here('../..')] } },
  build: { target: 'es2022' },
});
