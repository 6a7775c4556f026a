import { pino } from 'pino';
import client from 'prom-client';
import { afterEach, expect, it, vi } from 'vitest';
import { type Control, startControl } from './control.ts';
import { type Lobby, type LobbyOptions, startLobby } from './fixtures/lobby-server.ts';
import { TestSocket } from './fixtures/test-socket.ts';
import { pinoLog } from './log-pino.ts';
import { prometheusMetrics } from './metrics-prometheus.ts';

let lobby: Lobby;
let control: Control | null = null;
afterEach(async () => {
  await control?.close();
  control = null;
  await lobby.server.close();
});

/** Values by series: `wirepact_connections{channel="lobby"}`. */
const seriesOf = (text: string): Map<string, number> =>
  new Map(
    text
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))] as const),
  );

const start = async (options: LobbyOptions = {}) => {
  const metrics = prometheusMetrics(client);
  lobby = await startLobby({ metrics, ...options });
  control = await startControl({ server: lobby.server, port: 0, nonce: null, metrics });
  const { url } = control;
  const scrape = async (): Promise<(name: string) => number | undefined> => {
    const response = await fetch(`${url}/metrics`);
    expect(response.headers.get('content-type')).toContain('text/plain');
    const series = seriesOf(await response.text());
    return (name) => series.get(`wirepact_${name}`);
  };
  return { scrape, url };
};

it('counts connections, messages by type and delivery, fan-out, resyncs, refusals and closes by code', async () => {
  const { scrape } = await start();
  const ada = await lobby.joined('ada');
  const bob = await lobby.joined('bob');
  ada.send({ type: 'say', text: 'hello' });
  await ada.until('said');
  await bob.until('said');
  ada.send({ type: 'nonsense' });
  ada.send({ type: 'announce' });
  ada.send({ type: 'resync', lastSeq: 0 });
  ada.send({ type: 'resync', lastSeq: 99 });
  await ada.drain();
  expect((await (await TestSocket.open(lobby.url('/base/rooms/den/?token=bad'))).closed).code).toBe(4001);
  await expect(TestSocket.open(lobby.url('/base/rooms/den/'))).rejects.toThrow('HTTP 403');
  const now = await scrape();
  expect(now('connections{channel="lobby"}')).toBe(2);
  expect(now('connections_opened_total{channel="lobby"}')).toBe(2);
  expect(now('messages_received_total{channel="lobby",type="say"}')).toBe(1);
  expect(now('messages_received_total{channel="lobby",type=""}')).toBe(1);
  expect(now('messages_rejected_total{channel="lobby",condition="unknown-type"}')).toBe(1);
  expect(now('messages_rejected_total{channel="lobby",condition="forbidden"}')).toBe(1);
  expect(now('messages_sent_total{channel="lobby",type="said",delivery="room"}')).toBe(1);
  expect(now('deliveries_total{channel="lobby",type="said",delivery="room"}')).toBe(2);
  expect(now('deliveries_total{channel="lobby",type="pong",delivery="direct"}')).toBe(1);
  // Bob's coming, told to Ada, and the message.
  expect(now('fan_out_seconds_count{channel="lobby"}')).toBeGreaterThanOrEqual(2);
  expect(now('resyncs_total{channel="lobby",by="replay"}')).toBe(1);
  expect(now('resyncs_total{channel="lobby",by="snapshot"}')).toBe(1);
  expect(now('messages_replayed_total{channel="lobby"}')).toBe(1);
  expect(now('backlog_bytes{channel="lobby"}')).toBe(0);
  expect(now('handshakes_refused_total{channel="lobby",answer="4001"}')).toBe(1);
  expect(now('handshakes_refused_total{channel="lobby",answer="403"}')).toBe(1);
  await bob.close();
  ada.socket.send(Buffer.from([1]));
  await ada.closed;
  await vi.waitFor(async () => {
    const later = await scrape();
    expect(later('connections_closed_total{channel="lobby",code="1005",by="client"}')).toBe(1);
    expect(later('connections_closed_total{channel="lobby",code="1003",by="server"}')).toBe(1);
  });
});

it('tells a probe that it lives, and that it is ready until it shuts down or its engine is gone', async () => {
  const { url } = await start();
  const ask = async (path: string): Promise<[number, unknown]> => {
    const response = await fetch(`${url}${path}`);
    return [response.status, await response.json()];
  };
  expect(await ask('/health')).toEqual([200, { live: true }]);
  expect(await ask('/ready')).toEqual([200, { ready: true }]);
  const { engine } = lobby.server;
  const { load } = engine;
  Object.assign(engine, { load: () => Promise.reject(new Error('redis://:password@host is gone')) });
  expect(await ask('/ready')).toEqual([503, { ready: false, because: 'The engine cannot be reached.' }]);
  Object.assign(engine, { load });
  await lobby.server.shutdown();
  expect(await ask('/ready')).toEqual([503, { ready: false, because: 'The server shuts down.' }]);
  expect(await ask('/health')).toEqual([200, { live: true }]);
});

it('says that nothing is counted where it is so', async () => {
  lobby = await startLobby();
  control = await startControl({ server: lobby.server, port: 0, nonce: null });
  const response = await fetch(`${control.url}/metrics`);
  expect(response.status).toBe(404);
  expect(await response.text()).toContain('Install prom-client');
});

it('writes each entry as a line of JSON by pino, and no token in any, nor in the metrics', async () => {
  const lines: string[] = [];
  const { scrape, url } = await start({
    log: pinoLog(pino({ base: null }, { write: (line: string) => lines.push(line) })),
  });
  const tokens = ['ok-ada', 'broken', 'bad-token-1'];
  const ada = await lobby.open('ada');
  ada.send({ type: 'fail' });
  await ada.until('error');
  await ada.close();
  await expect(TestSocket.open(lobby.url('/base/rooms/den/?token=broken'))).rejects.toThrow('HTTP 500');
  await (await TestSocket.open(lobby.url('/base/rooms/den/?token=bad-token-1'))).closed;
  await scrape();
  const entries = lines.map((line) => JSON.parse(line) as { event: string; level: number; connection?: string });
  const told = entries.map(({ event, level }) => `${level} ${event}`);
  const expected = ['30 connection-opened', '50 handler-failed', '30 connection-closed', '50 handshake-failed'];
  expected.push('30 handshake-refused', '30 handshake-refused');
  expect(lines.join('')).toContain('"msg":"invalid, answered by 4001"');
  // Ada's end and the next handshake are no order of the server's.
  expect(told.sort()).toEqual(expected.sort());
  const shown = lines.join('') + (await (await fetch(`${url}/metrics`)).text());
  for (const token of tokens) expect(shown).not.toContain(`token=${token}`);
  expect(shown).not.toContain('bad-token-1');
  expect(shown).not.toContain('ok-ada');
});
