import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import type { Io } from './io.ts';
import { run } from './program.ts';
import { sampleUrl } from './sample-url.ts';
import { start } from './serve.ts';
import type { Served } from './served.ts';

const bundled = fileURLToPath(new URL('../asyncapi.yaml', import.meta.url));
const kitchen = fileURLToPath(new URL('../scripts/fixtures/kitchen.yaml', import.meta.url));
const quietIo = (): Io & { readonly lines: string[] } => {
  const lines: string[] = [];
  return { lines, print: (line) => lines.push(line), warn: (line) => lines.push(line), color: false, verbose: false };
};
const options = { contract: bundled, port: 0, host: '127.0.0.1', engine: 'memory', timeScale: 1 };

let served: Served | null = null;
afterEach(async () => {
  await served?.close();
  served = null;
});

const opened = (url: string): Promise<WebSocket> =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(url);
    socket.on('open', () => resolve(socket));
    socket.on('error', reject);
  });

describe('serve', () => {
  test('serves the bundled contract with its handlers, on addresses that can be pasted', async () => {
    served = await start({ ...options, secret: 'a secret of the test' }, quietIo());
    expect(served.kind).toBe('bundled');
    for (const channel of served.channels) {
      const socket = await opened(await sampleUrl(served, channel, served.users[0]!));
      const closed = new Promise((resolve) => socket.on('close', resolve));
      // A bad address or token would have been answered with a close frame ahead of this pong.
      socket.ping();
      await new Promise((resolve) => socket.on('pong', resolve));
      expect(socket.readyState).toBe(WebSocket.OPEN);
      socket.close();
      await closed;
    }
  });

  test('serves any other contract by a mock', async () => {
    served = await start({ ...options, contract: kitchen, control: 0 }, quietIo());
    expect(served.kind).toBe('mock');
    const [channel] = served.channels;
    const socket = await opened(await sampleUrl(served, channel!, served.users[0]!));
    socket.close();
    expect((await fetch(`${served.controlUrl}/ready`)).status).toBe(200);
  });

  test('shows the nonce of its starter, and warns of a secret that everybody knows', async () => {
    process.env.WIREPACT_NONCE = 'n-7';
    const io = quietIo();
    served = await start({ ...options, control: 0 }, io);
    delete process.env.WIREPACT_NONCE;
    expect(io.lines).toEqual(['No secret was given: tokens are signed with one that everybody knows.']);
    const response = await fetch(served.url.replace('ws', 'http'));
    expect(response.headers.get('x-wirepact-nonce')).toBe('n-7');
    expect(await (await fetch(`${served.controlUrl}/identity`)).json()).toEqual({ nonce: 'n-7' });
  });
});

test('serve breaks the rule that it is asked to break', async () => {
  const fault = 'audience/room-to-everyone';
  served = await start({ ...options, secret: 'a secret of the test', control: 0, fault }, quietIo());
  const arena = served.channels.find(({ table }) => table.name === 'arena')!;
  const url = await sampleUrl(served, arena, served.users[0]!);
  const [own, other] = [await opened(url), await opened(url.replace('lobby', 'elsewhere'))];
  const leaked = new Promise((resolve) => other.on('message', (data) => resolve(JSON.parse(String(data)))));
  // A room in which nobody is has nothing that could leak.
  own.send(JSON.stringify({ type: 'JOIN_ROOM', roomId: 'lobby' }));
  await new Promise((resolve) => own.once('message', resolve));
  const body = { channel: 'arena', room: 'lobby', message: { type: 'SCORE_UPDATE', scores: { ada: 1 } } };
  await fetch(`${served.controlUrl}/publish`, { method: 'POST', body: JSON.stringify(body) });
  expect(await leaked).toMatchObject({ type: 'SCORE_UPDATE', seq: 1 });
  own.close();
  other.close();
});

describe('serve says in a sentence', () => {
  const fails = async (...args: string[]): Promise<[number, string]> => {
    const io = quietIo();
    const code = await run(['serve', '--contract', bundled, ...args], io);
    return [code, io.lines.join('\n')];
  };

  test('that a port is in use', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const port = String((other.address() as AddressInfo).port);
    const free = await fails('--port', port);
    const control = await fails('--port', '0', '--control', port);
    const page = await fails('--port', '0', '--console', port);
    await new Promise((resolve) => other.close(resolve));
    for (const [code, text] of [free, control, page]) {
      expect(code).toBe(4);
      expect(text).toContain(`Port ${port} is in use. Give another one, or 0 for any that is free.`);
    }
  });

  test.each([
    [['--port', 'high'], '"high" is no port'],
    [['--port', '70000'], '"70000" is no port'],
    [['--console', 'on'], '"on" is no port'],
    [['--engine', 'paper'], 'There is no engine "paper". Known: memory'],
    [['--fault', 'none'], 'There is no fault "none".'],
    [['--secret', ''], 'The secret is empty.'],
    [['--time-scale', '0'], '"0" is no number above 0.'],
    [['--contract', 'nowhere.yaml'], 'There is no file nowhere.yaml.'],
  ])('what is wrong with %o', async (args, sentence) => {
    const [code, text] = await fails(...args);
    expect(code).toBe(4);
    expect(text).toContain(sentence);
    expect(text).not.toContain('    at ');
  });

  test('that a document is no contract', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'wirepact-'));
    writeFileSync(join(folder, 'wrong.yaml'), 'asyncapi: 3.1.0\ninfo: { title: T, version: 1 }\nchannels: [\n');
    const [code, text] = await fails('--contract', join(folder, 'wrong.yaml'));
    rmSync(folder, { recursive: true });
    expect(code).toBeGreaterThan(0);
    expect(text).toContain('wrong.yaml');
    expect(text).not.toContain('    at ');
  });
});
