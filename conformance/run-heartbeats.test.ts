import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Contract } from '../scripts/model.ts';
import { runServerConformance } from './run.ts';
import { targetFromUrl } from './target/target.ts';

const contract: Contract = JSON.parse(readFileSync(new URL('../generated/model.json', import.meta.url), 'utf8'));
const timeScale = 0.05;
const [beat] = contract.channels.find(({ name }) => name === 'bucketlist')?.heartbeats ?? [];

let server: WebSocketServer | null = null;
let timers: NodeJS.Timeout[] = [];

afterEach(() => {
  for (const timer of timers) clearTimeout(timer);
  timers = [];
  server?.close();
});

/** Pings everybody at once, the first time half an interval after the last came. */
async function startWithOneTimer(intervalMs: number): Promise<string> {
  const waiting = new Map<WebSocket, NodeJS.Timeout>();
  const sockets = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  server = sockets;
  sockets.on('connection', (socket) => {
    const answered = (text: string) => {
      if (JSON.parse(text).type === 'PONG') clearTimeout(waiting.get(socket));
    };
    socket.on('message', (data) => answered(String(data)));
    clearTimeout(next);
    next = setTimeout(pingAll, intervalMs / 2);
  });
  let next: NodeJS.Timeout | undefined;
  const pingAll = () => {
    for (const socket of sockets.clients) {
      socket.send('{"type":"PING"}');
      const timer = setTimeout(() => socket.close(4008), (beat?.timeoutMs ?? 0) * timeScale);
      waiting.set(socket, timer);
      timers.push(timer);
    }
    next = setTimeout(pingAll, intervalMs);
    timers.push(next);
  };
  await new Promise<void>((resolve) => sockets.once('listening', resolve));
  return `ws://127.0.0.1:${(sockets.address() as AddressInfo).port}`;
}

async function verdicts(url: string): Promise<Record<string, string>> {
  const users = [{ id: '1', name: 'Ada', roles: [] }];
  const tokens = { secret: 'a-secret-of-this-test', algorithm: 'HS256' as const, claims: {} };
  const target = { ...targetFromUrl(url), users, tokens, timeScale };
  const rules = ['heartbeat/ping-interval', 'heartbeat/unasked-*', 'heartbeat/silence-*', 'heartbeat/answer-*'];
  const result = await runServerConformance(contract, target, { channels: ['bucketlist'], rules });
  expect(result.harnessError).toBeUndefined();
  return Object.fromEntries(result.cases.map((one) => [one.rule, `${one.verdict} ${one.reason ?? ''}`.trim()]));
}

it('only warns of a first ping that comes early: one timer for all is as good as one for each', async () => {
  expect(await verdicts(await startWithOneTimer((beat?.intervalMs ?? 0) * timeScale))).toEqual({
    'heartbeat/ping-interval': 'warn too-early',
    'heartbeat/answer-keeps-alive': 'pass',
    'heartbeat/silence-ends': 'pass',
    'heartbeat/silence-code': 'pass',
    'heartbeat/unasked-answer-not-counted': 'pass',
  });
}, 60_000);

it('fails pings that go on too often', async () => {
  const seen = await verdicts(await startWithOneTimer(((beat?.intervalMs ?? 0) * timeScale) / 2));
  expect(seen['heartbeat/ping-interval']).toBe('fail too-early');
}, 60_000);
