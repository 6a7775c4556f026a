// Opens pages in a headless Chromium, and carries lines between the suite's process streams and the pages' control connections.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';
import { type WebSocket, WebSocketServer } from 'ws';

/** A browser delays the handshakes of a process in which many are under way; several processes share them out. */
const pageCount = 8;

const entry = fileURLToPath(new URL('./page.ts', import.meta.url));
const bundle = await build({ entryPoints: [entry], bundle: true, write: false, format: 'esm', conditions: ['source'] });
const script = bundle.outputFiles[0]?.text ?? '';

const http = createServer(({ url = '' }, response) => {
  const isScript = url.startsWith('/page.js');
  response.writeHead(200, { 'content-type': isScript ? 'text/javascript' : 'text/html' });
  response.end(
    isScript ? script : '<!doctype html><title>adapter</title><script type="module" src="/page.js"></script>',
  );
});
await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
const origin = `127.0.0.1:${(http.address() as AddressInfo).port}`;

const pages: WebSocket[] = [];
// Lines that came before the pages did wait for them.
const early: string[] = [];

/** A client lives in one page; what is about none goes to the first. */
function hand(line: string): void {
  const { op, client = 'c0' } = JSON.parse(line) as { op: string; client?: string };
  pages[Number(client.slice(1)) % pageCount]?.send(line);
  if (op === 'bye') process.stdin.destroy();
}

new WebSocketServer({ server: http }).on('connection', (socket) => {
  socket.on('message', (data: Buffer) => process.stdout.write(`${data.toString()}\n`));
  pages.push(socket);
  if (pages.length === pageCount) for (const line of early.splice(0)) hand(line);
});
createInterface({ input: process.stdin, crlfDelay: Infinity })
  .on('line', (line) => (pages.length < pageCount ? early.push(line) : hand(line)))
  .on('close', () => void browser.close().finally(() => process.exit(0)));

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-background-timer-throttling', '--disable-renderer-backgrounding'],
});
for (let index = 0; index < pageCount; index += 1) {
  const page = await (await browser.newContext()).newPage();
  page.on('pageerror', (error) => process.stderr.write(`${error.message}\n`));
  await page.goto(`http://${origin}/?control=${encodeURIComponent(`ws://${origin}/`)}`);
}
