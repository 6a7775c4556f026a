// Rules about sequenced messages while connected: the application gets them in order, each once, and is told of what is lost for good.
import type { Channel, Resync } from '../../scripts/model.ts';
import type { ClientKit } from '../client/client-kit.ts';
import type { ClientUnderTest } from '../client/client-under-test.ts';
import type { Connection } from '../harness/connection.ts';
import { brief, valueAt } from '../harness/pointer.ts';
import { classify } from '../harness/schemas.ts';
import { Failed } from '../rule.ts';
import { type ClientCase, type ClientRule, caseAt } from './client-rule.ts';
import { delaysUntil, levelOf } from './levels.ts';
import { cut } from './losing.ts';

type Run = (kit: ClientKit, row: Resync) => Promise<void>;

export function whereSequenced(
  run: Run,
  part: Partial<ClientCase> = {},
  match: (row: Resync) => boolean = () => true,
  level: (row: Resync) => ClientCase['level'] = (row) => levelOf(row.client),
): ClientRule['cases'] {
  return (_contract, channel: Channel) => {
    const row = channel.resync;
    if (row === null || channel.reconnect === null || !match(row)) return [];
    return [caseAt(channel, row.client, level(row), { timeoutMs: 60_000, ...part, run: (kit) => run(kit, row) })];
  };
}

/** What the application got of the sequence: numbers, a snapshot with `s` before its own. */
export function sequenceOf(kit: ClientKit, client: ClientUnderTest): readonly string[] {
  const row = kit.channel.resync!;
  return client.delivered.flatMap((message) => {
    const key = classify(kit.channel, kit.channel.serverMessages, message);
    if (key !== null && key === row.snapshot?.message) return [`s${valueAt(message, row.snapshot.sequence)}`];
    return key !== null && row.messages.includes(key) ? [String(valueAt(message, row.sequence))] : [];
  });
}

/** Waits until the application got so many, then checks them all; a little longer, for what is too much. */
export async function expectSequence(
  kit: ClientKit,
  client: ClientUnderTest,
  wanted: readonly string[],
): Promise<void> {
  // Cheap first: it is asked whenever anything comes.
  const isThere = () => client.delivered.length >= wanted.length && sequenceOf(kit, client).length >= wanted.length;
  await kit.until(isThere, kit.patienceMs);
  await kit.clock.sleep(60);
  await client.fence();
  const seen = sequenceOf(kit, client);
  if (seen.join() === wanted.join()) return;
  const repeated = seen.some((one, index) => seen.indexOf(one) !== index);
  const reason = repeated
    ? 'duplicate'
    : wanted.some((one) => !seen.includes(one))
      ? 'lost'
      : seen.length > wanted.length
        ? 'too-many'
        : 'wrong-order';
  throw new Failed(`the application to get ${wanted.join(', ') || 'nothing'}`, seen.join(', ') || 'nothing', {
    reason,
  });
}

/** What comes first of the sequence once a client is ready: the joining snapshot, where there is one. */
export function begun(row: Resync, number = 0): readonly string[] {
  return row.snapshot === null ? [] : [`s${number}`];
}

export function asksOf(
  connection: Connection,
  row: Resync,
): readonly { readonly at: number; readonly value: unknown }[] {
  return connection.messages.filter(({ key }) => key === row.request.message);
}

async function sendUpdates(client: ClientUnderTest, connection: Connection, numbers: readonly number[]): Promise<void> {
  for (const number of [...numbers].sort((left, right) => left - right)) client.responder.update(number);
  for (const number of numbers) await connection.send(client.responder.update(number).text);
}

const inOrder: ClientRule = {
  id: 'sequence/delivered-in-order',
  role: 'client',
  level: 'MUST',
  sentence: 'Sequenced messages that come out of order or twice reach the application in order, each once.',
  cases: whereSequenced(
    async (kit, row) => {
      const { client, connection } = await kit.ready();
      await sendUpdates(client, connection, [1, 3, 2, 2, 5, 5, 4, 1, 6]);
      await expectSequence(kit, client, [...begun(row), '1', '2', '3', '4', '5', '6']);
    },
    { stretch: 10 },
  ),
};

const gapAsks: ClientRule = {
  id: 'sequence/gap-asks-for-replay',
  role: 'client',
  level: 'MUST',
  sentence: 'A gap that does not close in time makes the client ask for what it lacks, from where it is.',
  cases: whereSequenced(
    async (kit, row) => {
      const { client, connection } = await kit.ready();
      await sendUpdates(client, connection, [1]);
      client.responder.update(2);
      const from = kit.clock.now();
      await sendUpdates(client, connection, [3]);
      const dueMs = kit.scaled(row.client.gapTimeoutMs);
      await kit.until(() => asksOf(connection, row).length > 0, dueMs * 2 + kit.patienceMs);
      const ask = asksOf(connection, row)[0];
      if (ask === undefined) throw new Failed(`a ${row.request.message}`, 'none', { reason: 'not-asked' });
      kit.checkTiming(
        { what: 'the request', from, seenAt: ask.at, earliestMs: dueMs, latestMs: dueMs },
        levelOf(row.client, 'gapTimeoutMs'),
      );
      const last = row.request.lastSequence === null ? 1 : valueAt(ask.value, row.request.lastSequence);
      if (last !== 1) throw new Failed('the last number 1', brief(last), { reason: 'wrong-position' });
      await expectSequence(kit, client, [...begun(row), '1', '2', '3']);
    },
    { stretch: 6 },
  ),
};

const gapReported: ClientRule = {
  id: 'sequence/gap-reported',
  role: 'client',
  level: 'MUST',
  sentence: 'What the replay does not bring is told to the application as a gap, and what follows is delivered.',
  cases: whereSequenced(
    async (kit, row) => {
      const { client, connection } = await kit.ready();
      await sendUpdates(client, connection, [1, 4]);
      client.responder.log.delete(2);
      client.responder.log.delete(3);
      await kit.until(() => client.seen('gap').length > 0, kit.scaled(row.client.gapTimeoutMs) * 2 + kit.patienceMs);
      await expectSequence(kit, client, [...begun(row), '1', '4']);
      const gaps = client.seen('gap').map(({ from, to }) => `${from} to ${to}`);
      if (gaps.join() !== '2 to 3')
        throw new Failed('a gap from 2 to 3', gaps.join(', ') || 'none', {
          reason: gaps.length === 0 ? 'not-reported' : 'wrong-gap',
        });
      await sendUpdates(client, connection, [5]);
      await expectSequence(kit, client, [...begun(row), '1', '4', '5']);
    },
    { stretch: 3 },
    ({ client }) => client.end !== null,
  ),
};

const holdback: ClientRule = {
  id: 'sequence/holdback-bounded',
  role: 'client',
  level: 'MUST',
  sentence: 'No more than the contract says is held back behind a gap; beyond, the gap is given up.',
  cases: whereSequenced(
    async (kit, row) => {
      const { client, connection } = await kit.ready();
      client.responder.answers = () => false;
      const last = row.client.holdback + 2;
      const numbers = Array.from({ length: last - 1 }, (_, index) => index + 2);
      await sendUpdates(client, connection, numbers.slice(0, -1));
      await client.fence();
      await kit.clock.sleep(200);
      if (client.seen('gap').length > 0)
        throw new Failed(`${row.client.holdback} held back without a gap`, 'a gap', { reason: 'too-early' });
      await sendUpdates(client, connection, numbers.slice(-1));
      await kit.until(() => client.seen('gap').length > 0, kit.patienceMs);
      const gap = client.seen('gap')[0];
      if (gap === undefined) throw new Failed('a gap', 'none', { reason: 'not-reported' });
      if (gap.from !== 1 || gap.to !== 1)
        throw new Failed('a gap from 1 to 1', `${gap.from} to ${gap.to}`, { reason: 'wrong-gap' });
      await expectSequence(kit, client, [...begun(row), ...numbers.map(String)]);
    },
    { stretch: 20 },
    ({ client }) => client.holdback <= 5000,
  ),
};

/** A generator of its own, so that a failure can be repeated. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

const chaos: ClientRule = {
  id: 'sequence/whole-under-loss',
  role: 'client',
  level: 'MUST',
  sentence:
    'Whatever is lost, doubled or reordered on the way, over reconnects too, the application gets every number once, ascending.',
  cases: whereSequenced(
    async (kit, row) => {
      const count = 60;
      const { client } = await kit.ready();
      const draw = random(20_240_607);
      const reconnectMs = kit.scaled(delaysUntil(kit.channel.reconnect!, 2)) * 2 + kit.patienceMs;
      let connection = client.stage.current as Connection;
      let late: number[] = [];
      for (let number = 1; number <= count; number += 1) {
        client.responder.update(number);
        const chance = draw();
        if (number === 25 || number === 45) {
          // Numbers go on while nobody is there to hear them.
          const before = client.stage.connections.length;
          cut(kit, connection);
          connection = await kit.opened(client, before, reconnectMs);
          late = [];
        } else if (chance < 0.15) continue;
        else if (chance < 0.35) late.push(number);
        else if (connection.isOpen) {
          await connection.send(client.responder.update(number).text);
          if (chance > 0.85) await connection.send(client.responder.update(number).text);
          for (const held of late.splice(0)) await connection.send(client.responder.update(held).text);
        }
      }
      await connection.send(client.responder.update(count).text);
      const wanted = [...begun(row), ...Array.from({ length: count }, (_, index) => String(index + 1))];
      await kit.until(
        () => sequenceOf(kit, client).length >= wanted.length,
        kit.scaled(row.client.gapTimeoutMs) * 4 + kit.patienceMs,
      );
      const gaps = client.seen('gap');
      if (gaps.length > 0)
        throw new Failed('no gap: every number could be had again', `${gaps.length}`, { reason: 'gap' });
      await expectSequence(kit, client, wanted);
    },
    { stretch: 3 },
  ),
};

export const sequenceRules: readonly ClientRule[] = [inOrder, gapAsks, gapReported, holdback, chaos];
