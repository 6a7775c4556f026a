// Rules about messages that a repeat does not double: sent again until they are known to have arrived, and settled only then.
import type { Channel, ClientMessage, Idempotent } from '../../scripts/model.ts';
import type { ClientKit } from '../client/client-kit.ts';
import type { Sending } from '../client/client-under-test.ts';
import type { Connection, Received } from '../harness/connection.ts';
import { brief, sameJson, valueAt, withValueAt } from '../harness/pointer.ts';
import { Failed } from '../rule.ts';
import { type ClientCase, type ClientRule, caseAt } from './client-rule.ts';
import { delaysUntil } from './levels.ts';
import { cut } from './losing.ts';
import { expectSettled } from './settling.ts';

type Run = (kit: ClientKit, message: ClientMessage, row: Idempotent) => Promise<void>;

function whereIdempotent(
  run: Run,
  part: Partial<ClientCase> = {},
  applies: (row: Idempotent) => boolean = () => true,
): ClientRule['cases'] {
  return (_contract, channel: Channel) =>
    channel.clientMessages.flatMap((message) => {
      const row = message.idempotent;
      if (row === null || channel.reconnect === null || !applies(row)) return [];
      const run_: ClientCase['run'] = (kit) => run(kit, message, row);
      return [caseAt(channel, row, row.level, { message: message.type, timeoutMs: 60_000, ...part, run: run_ })];
    });
}

function of(connection: Connection, sent: Sending): readonly Received[] {
  return connection.messages.filter(({ text }) => sent.built.marker !== null && text.includes(sent.built.marker));
}

/** Written on the first connection, which is lost before anything came back; the second one. */
async function lose(
  kit: ClientKit,
  message: ClientMessage,
): Promise<{
  client: Awaited<ReturnType<ClientKit['ready']>>['client'];
  sent: Sending;
  first: Received;
  next: Connection;
}> {
  const { client, connection } = await kit.ready();
  client.responder.answers = (received) => received.key !== message.key;
  const sent = await client.send(message.key);
  await kit.until(() => of(connection, sent).length > 0, kit.patienceMs);
  const first = of(connection, sent)[0];
  if (first === undefined) throw new Failed(`a ${message.type}`, 'none', { reason: 'not-sent' });
  cut(kit, connection);
  const row = kit.channel.reconnect!;
  const next = await kit.opened(client, 1, kit.scaled(delaysUntil(row, 2)) * 2 + kit.patienceMs);
  return { client, sent, first, next };
}

const resent: ClientRule = {
  id: 'queue/idempotent-sent-again',
  role: 'client',
  level: 'MUST',
  sentence:
    'A message that was written and has not come back is sent again after a reconnect, unchanged, with the same id.',
  cases: whereIdempotent(async (kit, message, row) => {
    const { sent, first, next } = await lose(kit, message);
    await kit.until(() => of(next, sent).length > 0, kit.patienceMs);
    const again = of(next, sent)[0];
    if (again === undefined) throw new Failed('the message again', 'nothing', { reason: 'not-sent-again' });
    const [before, after] = [first, again].map(({ value }) => valueAt(value, row.property));
    if (before !== after || before === undefined)
      throw new Failed(`the id ${brief(before)}`, brief(after), { reason: 'another-id' });
    const { timestamp } = kit.channel.envelope;
    const [old, now] = [first, again].map(({ value }) =>
      timestamp === null ? value : withValueAt(value, timestamp, undefined),
    );
    if (!sameJson(old, now)) throw new Failed(brief(old), brief(now), { reason: 'changed' });
  }),
};

const notAgain: ClientRule = {
  id: 'queue/idempotent-settled-once',
  role: 'client',
  level: 'MUST',
  sentence: 'A message settles when it comes back, not before, and is then not sent again.',
  cases: whereIdempotent(async (kit, message, row) => {
    const { client, sent, first, next } = await lose(kit, message);
    await kit.until(() => of(next, sent).length > 0, kit.patienceMs);
    await client.fence();
    if (sent.settled !== null)
      throw new Failed('nothing before the message came back', sent.settled.ok ? 'a success' : 'a failure', {
        reason: 'too-early',
      });
    for (const answer of client.responder.answersTo(message, first.value)) await next.send(answer.text);
    await expectSettled(kit, sent, true);
    cut(kit, next);
    const third = await kit.opened(client, 2, kit.scaled(delaysUntil(kit.channel.reconnect!, 3)) * 2 + kit.patienceMs);
    await kit.becomesReady(client);
    await kit.clock.sleep(150);
    if (of(third, sent).length > 0)
      throw new Failed('nothing of a message that came back', `a ${message.type} ${brief(row.property)}`, {
        reason: 'duplicate',
      });
  }),
};

const ackSettles: ClientRule = {
  id: 'queue/idempotent-ack-settles',
  role: 'client',
  level: 'MUST',
  sentence: 'The answer to a repeat settles the message: it had arrived before.',
  cases: whereIdempotent(async (kit, message) => {
    const { client, sent, first, next } = await lose(kit, message);
    await kit.until(() => of(next, sent).length > 0, kit.patienceMs);
    // What the first one caused was lost with its connection; the repeat is answered by what the contract says.
    client.responder.answersTo(message, first.value);
    for (const answer of client.responder.answersTo(message, first.value)) await next.send(answer.text);
    await expectSettled(kit, sent, true);
  }),
};

const errorEnds: ClientRule = {
  id: 'queue/idempotent-error-ends',
  role: 'client',
  level: 'MUST',
  sentence: 'An error with its id ends it: the send fails, and it is not sent again.',
  cases: (contract, channel) =>
    channel.error?.id == null
      ? []
      : whereIdempotent(async (kit, message, row) => {
          const { client, connection } = await kit.ready();
          client.responder.answers = (received) => received.key !== message.key;
          const sent = await client.send(message.key);
          await kit.until(() => of(connection, sent).length > 0, kit.patienceMs);
          const id = valueAt(of(connection, sent)[0]?.value, row.property);
          const { error } = kit.channel;
          await connection.send(client.messages.build(error!.message, { with: { [error!.id!]: id } }).text);
          await expectSettled(kit, sent, false);
          cut(kit, connection);
          const limitMs = kit.scaled(delaysUntil(kit.channel.reconnect!, 2)) * 2 + kit.patienceMs;
          const next = await kit.opened(client, 1, limitMs);
          await kit.becomesReady(client);
          await kit.clock.sleep(150);
          if (of(next, sent).length > 0)
            throw new Failed('nothing of what was refused', `a ${message.type}`, { reason: 'sent-again' });
        })(contract, channel),
};

const expires: ClientRule = {
  id: 'queue/idempotent-expires',
  role: 'client',
  level: 'MUST',
  sentence: "A message that never comes back fails at the queue's age, and is not sent again after it.",
  cases: (contract, channel) =>
    channel.queue === null
      ? []
      : whereIdempotent(
          async (kit, message) => {
            const { client, connection } = await kit.ready();
            client.responder.answers = (received) => received.key !== message.key;
            const sent = await client.send(message.key);
            const ageMs = kit.scaled(kit.channel.queue!.maxAgeMs);
            await kit.until(() => sent.settled !== null, ageMs * 1.5 + kit.patienceMs);
            const seenAt = sent.settled?.at ?? null;
            kit.checkTiming({ what: 'its failure', from: sent.at, seenAt, earliestMs: ageMs, latestMs: ageMs });
            if (sent.settled?.ok === true) throw new Failed('a failure', 'a success', { reason: 'wrong-outcome' });
            cut(kit, connection);
            const limitMs = kit.scaled(delaysUntil(kit.channel.reconnect!, 2)) * 2 + kit.patienceMs;
            const next = await kit.opened(client, 1, limitMs);
            await kit.becomesReady(client);
            await kit.clock.sleep(150);
            if (of(next, sent).length > 0)
              throw new Failed('nothing of what expired', `a ${message.type}`, { reason: 'sent-again' });
          },
          { timeoutMs: 150_000 },
        )(contract, channel).map((one) => ({
          ...one,
          level: channel.queue?.should?.includes('maxAgeMs') ? 'SHOULD' : one.level,
        })),
};

const knownGivenOnce: ClientRule = {
  id: 'delivery/known-given-once',
  role: 'client',
  level: 'MUST',
  sentence:
    'A message under an id that came before, on this connection or another, is not given to the application again.',
  cases: whereIdempotent(
    async (kit, _message, { echo, carries = [] }) => {
      const { client, connection } = await kit.ready();
      const known = client.messages.build(echo!.message);
      const other = client.messages.build(echo!.message);
      const id = valueAt(known.value, carries[0]!.from);
      // What is told apart by the id alone: the client may not compare texts.
      const again = withValueAt(other.value, carries[0]!.from, id);
      const copies = () =>
        client.delivered.filter((one) => [known.value, again].some((value) => sameJson(one, value))).length;
      await connection.send(known.text);
      await kit.until(() => copies() > 0, kit.patienceMs);
      if (copies() === 0) throw new Failed(brief(known.value), 'nothing', { reason: 'lost' });
      await connection.send(again);
      cut(kit, connection);
      const limitMs = kit.scaled(delaysUntil(kit.channel.reconnect!, 2)) * 2 + kit.patienceMs;
      const next = await kit.opened(client, 1, limitMs);
      await kit.becomesReady(client);
      await next.send(known.text);
      await kit.clock.sleep(30);
      await client.fence();
      if (copies() !== 1)
        throw new Failed(`one message with the id ${brief(id)}`, `${copies()}`, { reason: 'duplicate' });
    },
    {},
    // The contract says by which id the client knows what its message caused.
    ({ echo, carries = [] }) => echo !== null && carries.length > 0,
  ),
};

export const idempotentRules: readonly ClientRule[] = [
  resent,
  notAgain,
  ackSettles,
  errorEnds,
  expires,
  knownGivenOnce,
];
