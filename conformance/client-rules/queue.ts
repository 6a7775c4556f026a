// Rules about what is sent while a client is not ready: held in order, written once, bounded, and never lost in silence.
import type { Channel, Queue } from '../../scripts/model.ts';
import type { ClientKit } from '../client/client-kit.ts';
import type { ClientUnderTest, Sending } from '../client/client-under-test.ts';
import type { Connection } from '../harness/connection.ts';
import { Failed } from '../rule.ts';
import { type ClientCase, type ClientRule, caseAt } from './client-rule.ts';
import { delayBefore, delaysUntil, levelOf } from './levels.ts';
import { codeFor, cut } from './losing.ts';
import { queuedMessages, unqueuedMessages } from './sendable.ts';

type Run = (kit: ClientKit, queue: Queue, key: string) => Promise<void>;

/** One case for each channel with a queue and a message that waits in it. */
function whereQueued(
  run: Run,
  level: (queue: Queue) => ClientCase['level'] = (queue) => queue.level,
  part: Partial<ClientCase> = {},
): ClientRule['cases'] {
  return (_contract, channel: Channel) => {
    const key = queuedMessages(channel)[0]?.key;
    const { queue } = channel;
    if (queue === null || key === undefined || channel.reconnect === null) return [];
    return [caseAt(channel, queue, level(queue), { timeoutMs: 60_000, ...part, run: (kit) => run(kit, queue, key) })];
  };
}

/** A client whose first connection is held up until `admit()`. */
async function heldBack(kit: ClientKit): Promise<{ client: ClientUnderTest; admit: () => Promise<Connection> }> {
  const client = await kit.create();
  client.tokens.policy = () => 'hang';
  if (kit.channel.auth?.parameter == null) client.stage.admit = () => ({ do: 'hang' });
  await client.connect();
  const row = kit.channel.reconnect!;
  return {
    client,
    async admit() {
      client.tokens.policy = () => 'token';
      client.stage.admit = () => ({ do: 'accept' });
      for (const [index, { token }] of client.tokens.requests.entries())
        if (token === null) client.tokens.answer(index);
      const limitMs = kit.scaled(delaysUntil(row, 6) * 2 + row.tokenTimeoutMs * 6) + kit.patienceMs;
      return await kit.opened(client, 0, limitMs);
    },
  };
}

/** The markers (or texts) of those messages as they came, in order. */
function arrivals(connections: readonly Connection[], sent: readonly Sending[]): readonly number[] {
  return connections.flatMap((connection) =>
    connection.messages.flatMap((message) => {
      const index = sent.findIndex(({ built }) => built.marker !== null && message.text.includes(built.marker));
      return index === -1 ? [] : [index];
    }),
  );
}

async function sendMany(client: ClientUnderTest, key: string, count: number): Promise<readonly Sending[]> {
  const sent: Sending[] = [];
  for (let n = 0; n < count; n += 1) sent.push(await client.send(key));
  return sent;
}

function expectArrivals(seen: readonly number[], wanted: readonly number[], what: string): void {
  if (seen.join() === wanted.join()) return;
  const repeated = seen.filter((index, at) => seen.indexOf(index) !== at);
  const missing = wanted.filter((index) => !seen.includes(index));
  const reason =
    repeated.length > 0
      ? 'duplicate'
      : missing.length > 0
        ? 'lost'
        : seen.length > wanted.length
          ? 'too-many'
          : 'wrong-order';
  const list = (numbers: readonly number[]) =>
    numbers.length === 0
      ? 'none'
      : numbers.length > 12
        ? `${numbers.length} messages`
        : numbers.map((n) => n + 1).join(', ');
  throw new Failed(`${what}: ${list(wanted)}`, list(seen), { reason });
}

const order: ClientRule = {
  id: 'queue/sent-in-order-once',
  role: 'client',
  level: 'MUST',
  sentence: 'What is sent while the client is not ready is written when it is, in order, each once.',
  cases: whereQueued(async (kit, _queue, key) => {
    const { client, admit } = await heldBack(kit);
    const sent = await sendMany(client, key, 8);
    const connection = await admit();
    const wanted = sent.map((_, index) => index);
    const limitMs = kit.scaled(kit.readyAfterMs) + kit.patienceMs;
    await kit.until(() => arrivals([connection], sent).length >= sent.length, limitMs);
    await kit.clock.sleep(100);
    expectArrivals(arrivals(client.stage.connections, sent), wanted, 'messages in the order sent');
  }),
};

const notTwice: ClientRule = {
  id: 'queue/not-written-again',
  role: 'client',
  level: 'MUST',
  sentence:
    'What was written on one connection is not written again on the next, where the contract does not make it idempotent.',
  cases: (contract, channel) =>
    queuedMessages(channel)[0]?.idempotent !== null
      ? []
      : whereQueued(async (kit, _queue, key) => {
          const { client, admit } = await heldBack(kit);
          const sent = await sendMany(client, key, 4);
          const first = await admit();
          const limitMs = kit.scaled(kit.readyAfterMs) + kit.patienceMs;
          await kit.until(() => arrivals([first], sent).length >= sent.length, limitMs);
          cut(kit, first);
          await kit.opened(client, 1, kit.scaled(delaysUntil(kit.channel.reconnect!, 6)) * 2 + kit.patienceMs);
          await kit.becomesReady(client);
          await kit.clock.sleep(200);
          const wanted = sent.map((_, index) => index);
          expectArrivals(arrivals(client.stage.connections, sent), wanted, 'each message once over both connections');
        })(contract, channel),
};

const readinessFirst: ClientRule = {
  id: 'queue/not-before-ready',
  role: 'client',
  level: 'MUST',
  sentence:
    'Nothing of the queue is sent before the client is ready: a server that accepts and then refuses the token gets nothing of it.',
  cases: (contract, channel) => {
    const code = codeFor(channel, 'refresh-token') ?? codeFor(channel, 'retry');
    if (code === null) return [];
    return whereQueued(
      async (kit, _queue, key) => {
        const { client, admit } = await heldBack(kit);
        client.responder.greets = false;
        client.responder.answers = () => false;
        const sent = await sendMany(client, key, 3);
        const refused = await admit();
        // Long enough for a client that does not wait, and too short for one that counts the time it is open.
        await kit.clock.sleep(Math.min(250, kit.readyAfterMs === 0 ? 250 : kit.scaled(kit.readyAfterMs) * 0.4));
        client.responder.greets = true;
        client.responder.answers = () => true;
        void refused.close(code.code);
        const row = kit.channel.reconnect!;
        const again = await kit.opened(client, 1, kit.scaled(delaysUntil(row, 3)) * 2 + kit.patienceMs);
        expectArrivals(arrivals([refused], sent), [], 'messages into the connection that was not ready');
        const limitMs = kit.scaled(kit.readyAfterMs) + kit.patienceMs;
        await kit.until(() => arrivals([again], sent).length >= sent.length, limitMs);
        expectArrivals(arrivals([again], sent), [0, 1, 2], 'messages into the one that was');
      },
      undefined,
      { stretch: 6 },
    )(contract, channel);
  },
};

/** Each of them settled once, with an error, and was reported. */
async function expectDropped(kit: ClientKit, client: ClientUnderTest, dropped: readonly Sending[]): Promise<void> {
  await kit.until(() => dropped.every(({ settled }) => settled !== null), kit.patienceMs);
  await client.fence();
  for (const { settled, times, built } of dropped) {
    const what = `${built.key}, which was dropped,`;
    if (settled === null) throw new Failed(`${what} to settle with an error`, 'it did not', { reason: 'not-settled' });
    if (settled.ok) throw new Failed(`${what} to settle with an error`, 'it succeeded', { reason: 'wrong-outcome' });
    if (times > 1) throw new Failed(`${what} to settle once`, `${times} times`, { reason: 'settled-twice' });
  }
  const told = client.seen('drop').length;
  if (told < dropped.length)
    throw new Failed(`${dropped.length} drops reported`, `${told}`, { reason: 'not-reported' });
}

const boundedByCount: ClientRule = {
  id: 'queue/bounded-by-count',
  role: 'client',
  level: 'MUST',
  sentence:
    'A full queue lets go of what the contract says, and of no more; what is dropped is reported, and its send fails.',
  cases: whereQueued(
    async (kit, queue, key) => {
      const { client, admit } = await heldBack(kit);
      const over = 5;
      const sent = await sendMany(client, key, queue.messages + over);
      const isOldest = queue.overflow === 'drop-oldest';
      const dropped = isOldest ? sent.slice(0, over) : sent.slice(queue.messages);
      await expectDropped(kit, client, dropped);
      const connection = await admit();
      const kept = sent.map((_, index) => index).filter((index) => !dropped.includes(sent[index] as Sending));
      await kit.until(() => arrivals([connection], sent).length >= kept.length, kit.scaled(kit.readyAfterMs) + 3000);
      await kit.clock.sleep(100);
      expectArrivals(arrivals([connection], sent), kept, 'the messages that were kept');
    },
    (queue) => levelOf(queue, 'messages', 'overflow'),
    { stretch: 4 },
  ),
};

const boundedByAge: ClientRule = {
  id: 'queue/bounded-by-age',
  role: 'client',
  level: 'MUST',
  sentence:
    'What is older than the queue allows is not sent; it is reported when it expires, and its send fails; what is younger is sent.',
  cases: whereQueued(
    async (kit, queue, key) => {
      const { client, admit } = await heldBack(kit);
      const [old] = await sendMany(client, key, 1);
      if (old === undefined) throw new Error('one message was sent');
      const ageMs = kit.scaled(queue.maxAgeMs);
      await kit.clock.sleep(ageMs * 0.6);
      const [young] = await sendMany(client, key, 1);
      await kit.until(() => old.settled !== null, ageMs);
      const seenAt = old.settled?.at ?? null;
      kit.checkTiming({ what: 'its failure', from: old.at, seenAt, earliestMs: ageMs, latestMs: ageMs });
      await expectDropped(kit, client, [old]);
      const connection = await admit();
      const sent = [old, young as Sending];
      await kit.until(() => arrivals([connection], sent).length > 0, kit.scaled(kit.readyAfterMs) + kit.patienceMs);
      await kit.clock.sleep(100);
      expectArrivals(arrivals([connection], sent), [1], 'the younger of two');
    },
    (queue) => levelOf(queue, 'maxAgeMs'),
    { timeoutMs: 200_000 },
  ),
};

const finalStateSettles: ClientRule = {
  id: 'queue/closed-settles-all',
  role: 'client',
  level: 'MUST',
  sentence: 'When a client is closed, everything in its queue fails, once, and is never sent.',
  cases: whereQueued(async (kit, _queue, key) => {
    const { client } = await heldBack(kit);
    const sent = await sendMany(client, key, 3);
    await client.close();
    await kit.until(() => sent.every(({ settled }) => settled !== null), kit.patienceMs);
    await client.fence();
    for (const { settled, times } of sent) {
      if (settled === null || settled.ok || times !== 1)
        throw new Failed(
          'every send to fail once',
          settled === null ? 'one is open' : settled.ok ? 'one succeeded' : 'one settled twice',
          { reason: settled === null ? 'not-settled' : 'wrong-outcome' },
        );
    }
    client.tokens.policy = () => 'token';
    client.stage.admit = () => ({ do: 'accept' });
    await client.connect();
    const connection = await kit.opened(client, 0);
    await kit.becomesReady(client);
    await kit.clock.sleep(100);
    expectArrivals(arrivals([connection], sent), [], 'messages of a closed client');
  }),
};

const unqueuedFails: ClientRule = {
  id: 'queue/unqueued-fails-at-once',
  role: 'client',
  level: 'MUST',
  sentence: 'A message that does not wait fails at once while the client is not ready, and is not sent later.',
  cases: (_contract, channel) => {
    const message = unqueuedMessages(channel)[0];
    if (message === undefined || channel.reconnect === null) return [];
    return [
      caseAt(channel, channel.queue ?? message, message.level === 'SHOULD' ? 'SHOULD' : 'MUST', {
        message: message.type,
        async run(kit) {
          const { client, connection } = await kit.ready();
          client.stage.admit = (index) => ({ do: index === 0 ? 'accept' : 'hang' });
          cut(kit, connection);
          await kit.until(() => client.state?.ready === false, kit.patienceMs);
          const sent = await client.send(message.key);
          await kit.until(() => sent.settled !== null, Math.min(1000, kit.patienceMs));
          if (sent.settled === null) throw new Failed('a failure at once', 'nothing', { reason: 'not-settled' });
          if (sent.settled.ok) throw new Failed('a failure', 'it succeeded', { reason: 'wrong-outcome' });
          client.stage.admit = () => ({ do: 'accept' });
          const row = channel.reconnect!;
          const limitMs = kit.scaled(row.handshakeTimeoutMs + delaysUntil(row, 2)) * 2 + kit.patienceMs;
          const next = await kit.opened(client, 1, limitMs);
          await kit.becomesReady(client);
          await kit.clock.sleep(100);
          expectArrivals(arrivals([next], [sent]), [], 'what failed');
          if (next.messages.some(({ key }) => key === message.key))
            throw new Failed('nothing of what failed', `a ${message.type}`, { reason: 'sent-later' });
        },
        timeoutMs: delayBefore(channel.reconnect, 2) * 4 + channel.reconnect.handshakeTimeoutMs * 3,
      }),
    ];
  },
};

export const queueRules: readonly ClientRule[] = [
  order,
  notTwice,
  readinessFirst,
  boundedByCount,
  boundedByAge,
  finalStateSettles,
  unqueuedFails,
];
