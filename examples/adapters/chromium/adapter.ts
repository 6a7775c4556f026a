// The generated client in pages of a headless Chromium: lines go between the process streams and the pages; a client lives in one of them.
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';
import { type WebSocket, WebSocketServer } from 'ws';

const entryPoints = [fileURLToPath(new URL('./page.ts', import.meta.url))];
const { outputFiles } = await build({
  entryPoints,
  bundle: true,
  write: false,
  format: 'iife',
  conditions: ['@wirepact/source'],
});
const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
await once(server, 'listening');
const control = `var control = 'ws://127.0.0.1:${(server.address() as { port: number }).port}';`;
const args = ['--no-sandbox', '--disable-background-timer-throttling', '--disable-renderer-backgrounding'];
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args });
// A browser delays the handshakes of a process in which many are under way; several processes share them out.
const pages: WebSocket[] = [];
while (pages.length < 8) {
  const page = await (await browser.newContext()).newPage();
  const connected = once(server, 'connection');
  await page.addScriptTag({ content: control + (outputFiles[0]?.text ?? '') });
  const [socket] = (await connected) as [WebSocket];
  pages.push(socket.on('message', (data: Buffer) => process.stdout.write(`${data}\n`)));
}
const input = createInterface({ input: process.stdin, crlfDelay: Infinity });
input.on('close', () => void browser.close().finally(() => process.exit(0)));
for await (const line of input) {
  const { op, client = 'c0' } = JSON.parse(line) as { op: string; client?: string };
  pages[Number(client.slice(1)) % pages.length]?.send(line);
  if (op === 'bye') process.stdin.destroy();
}
