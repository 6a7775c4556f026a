// The application as tests have it: built, served to each of two browsers by a network of its own that can be broken.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { type FaultProxy, startProxy } from '../../conformance/proxy/index.ts';
import { createBackend } from './backend.ts';
import { startWirepact, type Wirepact } from './wirepact-serve.ts';

export const chromiumPath = process.env.CHROMIUM ?? '/usr/bin/chromium';

const here = fileURLToPath(new URL('.', import.meta.url));
const types: { readonly [extension: string]: string } = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
};

export interface Visitor {
  readonly page: Page;
  /** The line between this browser and the socket server. */
  readonly line: FaultProxy;
  /** What the page complained of. */
  readonly problems: string[];
}

export interface Stand {
  readonly browser: Browser;
  /** Opens the application for a user, on a network of its own. */
  visit(user: string, options?: Parameters<Browser['newContext']>[0]): Promise<Visitor>;
  /** Ends the server without a word, as a power cut does. */
  kill(): Promise<void>;
  /** Starts it again where it was, with what it had stored. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

/** React's development build, in which StrictMode mounts everything twice. */
async function build(folder: string): Promise<void> {
  const args = [
    'node_modules/vite/bin/vite.js',
    'build',
    '--mode',
    'development',
    '--outDir',
    folder,
    '--logLevel',
    'error',
  ];
  const env = { ...process.env, NODE_ENV: 'development' };
  const [code] = await once(spawn(process.execPath, args, { cwd: here, env, stdio: 'inherit' }), 'exit');
  if (code !== 0) throw new Error('The application could not be built.');
}

export async function openStand(): Promise<Stand> {
  const folder = mkdtempSync(join(tmpdir(), 'wirepact-react-'));
  const engine = `sqlite:${join(folder, 'chat.db')}`;
  let wirepact: Wirepact;
  const [, started, browser] = await Promise.all([
    build(join(folder, 'app')),
    startWirepact(0, 0, engine),
    chromium.launch({ executablePath: chromiumPath, args: ['--no-sandbox'] }),
  ]);
  wirepact = started;
  const backend = createBackend(wirepact);
  const ports = [wirepact.url, wirepact.control].map((url) => Number(new URL(url).port));
  const ends: (() => unknown)[] = [];

  function serve(request: IncomingMessage, response: ServerResponse): void {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    const file = join(folder, 'app', path === '/' ? 'index.html' : path);
    try {
      const text = readFileSync(file);
      response.writeHead(200, { 'content-type': types[extname(file)] ?? 'text/plain' }).end(text);
    } catch {
      response.writeHead(404).end();
    }
  }

  return {
    browser,
    async visit(user, options) {
      const line = await startProxy({ upstream: wirepact.url });
      const pages = createServer(
        (request, response) => void backend.handle(request, response, () => serve(request, response), line.url),
      ).listen(0, '127.0.0.1');
      await once(pages, 'listening');
      const context = await browser.newContext(options);
      const page = await context.newPage();
      const problems: string[] = [];
      page.on('pageerror', ({ message }) => problems.push(message));
      ends.push(
        () => context.close(),
        line.close,
        () => pages.close().closeAllConnections(),
      );
      await page.goto(`http://127.0.0.1:${(pages.address() as AddressInfo).port}/?user=${user}`);
      return { page, line, problems };
    },
    async kill() {
      const gone = once(wirepact.process, 'exit');
      wirepact.process.kill('SIGKILL');
      await gone;
    },
    async restart() {
      wirepact = await startWirepact(ports[0], ports[1], engine);
    },
    async close() {
      for (const end of ends) await end();
      await browser.close();
      wirepact.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
