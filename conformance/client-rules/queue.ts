// Rules about what is sent while a client is not ready: held in order, written once, bounded, and never lost in silence.
import { Failed, Inconclusive } from '../rule.ts';
import { type ClientRule, caseAt } from './client-rule.ts';
import { delayBefore, delaysUntil } from './levels.ts';
import { codeFor, cut } from './losing.ts';
import { arrivals, expectArrivals, heldBack, sendMany, whereQueued } from './queue-arrivals.ts';
import { queueBoundRules } from './queue-bounds.ts';
import { queuedMessages, unqueuedMessages } from './sendable.ts';

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
        const before = await sendMany(client, key, 3);
        const refused = await admit();
        const openedAt = kit.clock.now();
        // Open is not ready: what is sent now waits behind the others.
        const sent = [...before, ...(await sendMany(client, key, 1))];
        // Long enough for a client that does not wait, and too short for one that counts the time it is open.
        await kit.clock.sleep(Math.min(250, kit.readyAfterMs === 0 ? 250 : kit.scaled(kit.readyAfterMs) * 0.4));
        client.responder.greets = true;
        client.responder.answers = () => true;
        void refused.close(code.code);
        const row = kit.channel.reconnect!;
        const again = await kit.opened(client, 1, kit.scaled(delaysUntil(row, 3)) * 2 + kit.patienceMs);
        const openMs = (refused.ending?.at ?? kit.clock.now()) - openedAt;
        if (kit.readyAfterMs > 0 && openMs > kit.scaled(kit.readyAfterMs) * 0.8)
          throw new Inconclusive(
            `The close took ${Math.round(openMs)} ms to reach the client: it may be ready by then.`,
          );
        expectArrivals(arrivals([refused], sent), [], 'messages into the connection that was not ready');
        const limitMs = kit.scaled(kit.readyAfterMs) + kit.patienceMs;
        await kit.until(() => arrivals([again], sent).length >= sent.length, limitMs);
        expectArrivals(arrivals([again], sent), [0, 1, 2, 3], 'messages into the one that was');
      },
      undefined,
      { stretch: 6 },
    )(contract, channel);
  },
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
  ...queueBoundRules,
  finalStateSettles,
  unqueuedFails,
];
