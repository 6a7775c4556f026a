// What of a queue is written, dropped and told: the words in which the rules about queues are put.
import type { Channel, Queue } from '../../scripts/model.ts';
import type { ClientKit } from '../client/client-kit.ts';
import type { ClientUnderTest, Sending } from '../client/client-under-test.ts';
import type { Connection } from '../harness/connection.ts';
import { Failed } from '../rule.ts';
import { type ClientCase, type ClientRule, caseAt } from './client-rule.ts';
import { delaysUntil } from './levels.ts';
import { queuedMessages } from './sendable.ts';

type Run = (kit: ClientKit, queue: Queue, key: string) => Promise<void>;

/** One case for each channel with a queue and a message that waits in it. */
export function whereQueued(
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
export async function heldBack(kit: ClientKit): Promise<{ client: ClientUnderTest; admit: () => Promise<Connection> }> {
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
export function arrivals(connections: readonly Connection[], sent: readonly Sending[]): readonly number[] {
  return connections.flatMap((connection) =>
    connection.messages.flatMap((message) => {
      const index = sent.findIndex(({ built }) => built.marker !== null && message.text.includes(built.marker));
      return index === -1 ? [] : [index];
    }),
  );
}

/** Waits for one more message: whatever the client wrote of its queue came before it. */
export async function lastWord(
  kit: ClientKit,
  client: ClientUnderTest,
  connection: Connection,
  key: string,
): Promise<void> {
  const last = await sendMany(client, key, 1);
  await kit.until(() => arrivals([connection], last).length > 0, kit.patienceMs);
}

export async function sendMany(client: ClientUnderTest, key: string, count: number): Promise<readonly Sending[]> {
  const sent: Sending[] = [];
  for (let n = 0; n < count; n += 1) sent.push(await client.send(key));
  return sent;
}

export function expectArrivals(seen: readonly number[], wanted: readonly number[], what: string): void {
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

/** Each of them settled once, with an error, and was reported. */
export async function expectDropped(
  kit: ClientKit,
  client: ClientUnderTest,
  dropped: readonly Sending[],
): Promise<void> {
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
