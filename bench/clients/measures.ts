// What is measured of each client library; all but the rate and the memory in simulated time.
import { clock, realNow, sleep } from './fake-page.ts';
import { type FakeSocket, network, type Peer } from './fake-server.ts';
import { nextMessage } from './messages.ts';

const MINUTE = 60_000;
/** Longer than any client waits that comes back at all. */
const NEVER_MS = 15 * MINUTE;
const ignore = (): void => undefined;

declare const gc: (() => void) | undefined;

/** Attempts a minute of one client, once it has reached its longest wait, at a server that accepts and cuts after 200 ms. */
async function flap(peer: Peer): Promise<number> {
  const clients = 20;
  network.cutAfterMs = 200;
  for (let client = 0; client < clients; client += 1) peer.open(ignore);
  await clock.advance(10 * MINUTE);
  const before = network.attempts;
  await clock.advance(20 * MINUTE);
  return (network.attempts - before) / clients / 20;
}

/** The largest share of 1,000 clients that comes back within the same 100 ms, after a close with 1012. */
async function herd(peer: Peer): Promise<number> {
  const clients = 1000;
  for (let client = 0; client < clients; client += 1) peer.open(ignore);
  await clock.advance(MINUTE);
  if (network.open.size !== clients) throw new Error(`Only ${network.open.size} of ${clients} clients connected.`);
  const bins = new Map<number, number>();
  const start = clock.now();
  network.onAttempt = () => {
    const bin = Math.floor((clock.now() - start) / 100);
    bins.set(bin, (bins.get(bin) ?? 0) + 1);
  };
  for (const socket of [...network.open]) socket.end(1012);
  await clock.advance(MINUTE);
  return bins.size === 0 ? Number.POSITIVE_INFINITY : Math.max(...bins.values()) / clients;
}

/** Ms from waking up after an hour, with a connection that is dead but never said so, to a new one. */
async function wake(peer: Peer): Promise<number> {
  peer.open(ignore);
  await clock.advance(MINUTE);
  network.silence();
  sleep(60 * MINUTE);
  return untilAttempts(1);
}

/** Ms from the moment that healthy connections fall silent without a close event, until the last of them was given up. */
async function halfOpen(peer: Peer): Promise<number> {
  // They were opened at different times, so that the silence meets each phase of a heartbeat.
  const clients = 30;
  for (let client = 0; client < clients; client += 1) {
    peer.open(ignore);
    await clock.advance(1000);
  }
  await clock.advance(MINUTE);
  network.silence();
  return untilAttempts(clients);
}

/** Messages a second of processor time, from the socket's event to the application's handler: what the socket itself takes is left
 * out. */
async function rate(peer: Peer): Promise<number> {
  const count = 10_000;
  let received = 0;
  peer.open(() => {
    received += 1;
  });
  await clock.advance(MINUTE);
  const [socket] = network.open as Set<FakeSocket | undefined>;
  if (socket === undefined) throw new Error('The client did not connect.');
  let best = 0;
  // The first rounds warm the compiler up; what counts is the fastest one, which something else disturbed least: of many short
  // rounds one is hardly disturbed at all.
  for (let round = 0; round < 100; round += 1) {
    const frames = Array.from({ length: count }, () => peer.server.frame(nextMessage()));
    received = 0;
    const start = realNow();
    const used = process.cpuUsage();
    for (let at = 0; at < count; at += 1) {
      socket.push(frames[at] ?? '');
      if (at % 100 === 99) await undefined;
    }
    while (received < count) {
      await clock.advance(1000);
      if (realNow() - start > 60_000) throw new Error(`${received} of ${count} messages reached the application.`);
    }
    const { user, system } = process.cpuUsage(used);
    best = Math.max(best, count / ((user + system) / 1e6));
  }
  return best;
}

/** Bytes by which the heap has grown a reconnect, over 10,000 of them. */
async function memory(peer: Peer): Promise<number> {
  if (gc === undefined) throw new Error('Run it with --expose-gc.');
  peer.open(ignore);
  const reconnect = async (times: number): Promise<number> => {
    for (let time = 0; time < times; time += 1) {
      await clock.advance(12_000);
      for (const socket of [...network.open]) socket.end(1001);
    }
    gc?.();
    return process.memoryUsage().heapUsed;
  };
  const before = await reconnect(1000);
  const attempts = network.attempts;
  const after = await reconnect(10_000);
  const reconnects = network.attempts - attempts;
  if (reconnects < 5000) throw new Error(`The client came back ${reconnects} times only.`);
  return Math.max(0, after - before) / reconnects;
}

/** Ms until so many attempts were made; infinite where they never are. */
async function untilAttempts(count: number): Promise<number> {
  const start = clock.now();
  let left = count;
  let found = Number.POSITIVE_INFINITY;
  network.onAttempt = () => {
    left -= 1;
    if (left === 0) found = clock.now() - start;
  };
  for (let waited = 0; waited < NEVER_MS && left > 0; waited += 1000) await clock.advance(1000);
  return found;
}

export const measures = { flap, herd, wake, 'half-open': halfOpen, rate, memory };
export type MeasureName = keyof typeof measures;
