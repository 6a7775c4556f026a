// Rules about how much waits, and how long: by number, by bytes, by age; what gives way is told.
import type { Channel, Contract, Queue } from '../../scripts/model.ts';
import type { Sending } from '../client/client-under-test.ts';
import { MessageBuilder, uniqueText } from '../harness/messages.ts';
import { Schemas } from '../harness/schemas.ts';
import { Failed } from '../rule.ts';
import type { ClientRule } from './client-rule.ts';
import { levelOf } from './levels.ts';
import {
  arrivals,
  expectArrivals,
  expectDropped,
  heldBack,
  lastWord,
  sendMany,
  whereQueued,
} from './queue-arrivals.ts';
import { queuedMessages } from './sendable.ts';

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
      await client.fence();
      if (sent.every(({ settled }) => settled?.ok === false))
        throw new Failed(`${queue.messages} messages to wait`, 'all of them failed', { reason: 'lost' });
      await expectDropped(kit, client, dropped);
      const connection = await admit();
      const kept = sent.map((_, index) => index).filter((index) => !dropped.includes(sent[index] as Sending));
      await kit.until(() => arrivals([connection], sent).length >= kept.length, kit.scaled(kit.readyAfterMs) + 3000);
      await lastWord(kit, client, connection, key);
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
      await lastWord(kit, client, connection, key);
      expectArrivals(arrivals([connection], sent), [1], 'the younger of two');
    },
    (queue) => levelOf(queue, 'maxAgeMs'),
    { timeoutMs: 200_000 },
  ),
};

const bytesOf = (text: string): number => new TextEncoder().encode(text).length;

/**
 * How long the free text of a message has to be for so many of them to be too much by bytes before they are by number. Null: the
 * contract has no bound by bytes, or none of its messages is large enough to reach it.
 */
function fillOf(contract: Contract, channel: Channel): { readonly key: string; readonly length: number } | null {
  const bound = channel.queue?.bytes ?? null;
  if (channel.queue === null || bound === null) return null;
  const schemas = new Schemas(contract);
  const builder = new MessageBuilder(channel, schemas);
  const shortest = uniqueText('m-').length;
  const room = channel.room?.parameter == null ? null : 'a';
  // Full at three fifths of the number: what a client adds of its own, an id and a time, does not make it full much sooner.
  const wanted = Math.ceil(bound / Math.floor(channel.queue.messages * 0.6));
  for (const message of queuedMessages(channel)) {
    const plain = builder.build(message, { id: null }, room);
    const length = Math.max(shortest, wanted - bytesOf(plain.text) + shortest);
    const filled = builder.build(message, { id: null, marker: 'x'.repeat(length) }, room);
    const isSmallEnough = bytesOf(filled.text) + 200 < (channel.limits.message?.bytes ?? Number.POSITIVE_INFINITY);
    if (filled.marker === null || bytesOf(filled.text) < wanted || !isSmallEnough) continue;
    if (schemas.accepts(message.schema, filled.value)) return { key: message.key, length };
  }
  return null;
}

const boundedByBytes: ClientRule = {
  id: 'queue/bounded-by-bytes',
  role: 'client',
  level: 'MUST',
  sentence:
    'What waits is never larger than the contract says, and no smaller than it need be; what is dropped is reported, and its send fails.',
  cases: (contract, channel) => {
    const fill = fillOf(contract, channel);
    if (fill === null) return [];
    return whereQueued(
      async (kit, queue) => {
        const bound = queue.bytes ?? 0;
        const { client, admit } = await heldBack(kit);
        const sent: Sending[] = [];
        while (sent.length < Math.floor(queue.messages * 0.8))
          sent.push(await client.send(fill.key, { marker: uniqueText('m-').padEnd(fill.length, 'x') }));
        await client.fence();
        const connection = await admit();
        const isKept = (index: number) => arrivals([connection], sent).includes(index);
        const last = queue.overflow === 'drop-oldest' ? sent.length - 1 : 0;
        await kit.until(() => isKept(last), kit.scaled(kit.readyAfterMs) + 3000);
        await kit.clock.sleep(150);
        const kept = arrivals([connection], sent);
        const all = sent.map((_, index) => index);
        const isOldest = queue.overflow === 'drop-oldest';
        expectArrivals(
          kept,
          kept.length === 0 ? [last] : isOldest ? all.slice(-kept.length) : all.slice(0, kept.length),
          'what was kept',
        );
        const sizes = connection.messages.filter(({ key }) => key === fill.key).map(({ text }) => bytesOf(text));
        const total = sizes.reduce((sum, size) => sum + size, 0);
        if (total > bound) throw new Failed(`at most ${bound} bytes`, `${total}`, { reason: 'over-bound' });
        if (total + Math.max(...sizes) <= bound)
          throw new Failed(`as much as goes into ${bound} bytes`, `${total}`, { reason: 'lost' });
        await expectDropped(
          kit,
          client,
          sent.filter((_, index) => !kept.includes(index)),
        );
      },
      (queue: Queue) => levelOf(queue, 'bytes', 'overflow'),
      { stretch: 4 },
    )(contract, channel);
  },
};

export const queueBoundRules: readonly ClientRule[] = [boundedByCount, boundedByBytes, boundedByAge];
