// Rules about joining and joining again: what is held back, what is asked for, and what a snapshot means when.
import type { Resync } from '../../scripts/model.ts';
import type { ClientKit } from '../client/client-kit.ts';
import type { ClientUnderTest } from '../client/client-under-test.ts';
import type { Connection } from '../harness/connection.ts';
import { brief, valueAt } from '../harness/pointer.ts';
import { Failed } from '../rule.ts';
import { type ClientRule, caseAt } from './client-rule.ts';
import { delaysUntil, levelOf } from './levels.ts';
import { cut } from './losing.ts';
import { queuedMessages } from './sendable.ts';
import { asksOf, begun, expectSequence, whereSequenced } from './sequence.ts';

/** How long a client may take to be back after a loss, ms. */
function returnMs(kit: ClientKit): number {
  return kit.scaled(delaysUntil(kit.channel.reconnect!, 2)) * 2 + kit.patienceMs;
}

/** A client that got updates 1 to `count`, and its connection. */
export async function follower(kit: ClientKit, row: Resync, count: number) {
  const { client, connection } = await kit.ready();
  for (let number = 1; number <= count; number += 1) await connection.send(client.responder.update(number).text);
  await expectSequence(kit, client, [...begun(row), ...numbers(1, count)]);
  return { client, connection };
}

export function numbers(from: number, to: number): readonly string[] {
  return Array.from({ length: to - from + 1 }, (_, index) => String(from + index));
}

async function again(kit: ClientKit, client: ClientUnderTest, connection: Connection): Promise<Connection> {
  const before = client.stage.connections.length;
  cut(kit, connection);
  return await kit.opened(client, before, returnMs(kit));
}

/** Keys of the wanted messages in the order in which they first came. */
function firstOf(connection: Connection, keys: readonly string[]): readonly string[] {
  const seen = connection.messages.flatMap(({ key }) => (key !== null && keys.includes(key) ? [key] : []));
  return [...new Set(seen)];
}

const asksInOrder: ClientRule = {
  id: 'resync/asks-after-reconnect',
  role: 'client',
  level: 'MUST',
  sentence:
    'After a reconnect with a position the client sends what the contract lists, in that order, and names its position.',
  cases: whereSequenced(
    async (kit, row) => {
      const { client, connection } = await follower(kit, row, 3);
      const next = await again(kit, client, connection);
      const wanted = row.client.afterReconnect;
      await kit.until(() => firstOf(next, wanted).length === wanted.length, kit.patienceMs);
      const seen = firstOf(next, wanted);
      if (seen.join() !== wanted.join())
        throw new Failed(wanted.join(', '), seen.join(', ') || 'nothing', {
          reason: seen.length < wanted.length ? 'not-asked' : 'wrong-order',
        });
      const place = row.request.lastSequence;
      const last = place === null ? 3 : valueAt(asksOf(next, row)[0]?.value, place);
      if (last !== 3) throw new Failed('the last number 3', brief(last), { reason: 'wrong-position' });
      // The next heartbeat is no answer to a reconnect: it is far away.
    },
    { stretch: 10 },
  ),
};

const missedDelivered: ClientRule = {
  id: 'resync/missed-delivered',
  role: 'client',
  level: 'MUST',
  sentence:
    'What was missed while away is delivered after a reconnect, in order, each once; the joining snapshot is not.',
  cases: whereSequenced(async (kit, row) => {
    const { client, connection } = await follower(kit, row, 3);
    for (let number = 4; number <= 6; number += 1) client.responder.update(number);
    const next = await again(kit, client, connection);
    await expectSequence(kit, client, [...begun(row), ...numbers(1, 6)]);
    await next.send(client.responder.update(7).text);
    await expectSequence(kit, client, [...begun(row), ...numbers(1, 7)]);
  }),
};

const withSnapshot = ({ snapshot }: Resync) => snapshot !== null;

const firstJoinHeld: ClientRule = {
  id: 'resync/held-until-snapshot',
  role: 'client',
  level: 'MUST',
  sentence: 'On the first join updates are held until the snapshot is delivered; those that it contains are dropped.',
  cases: whereSequenced(
    async (kit, row) => {
      const client = await kit.create();
      const join = kit.channel.room?.join?.message;
      client.responder.answers = (received) => received.key !== join;
      client.responder.greets = false;
      await client.connect();
      const connection = await kit.opened(client, 0);
      for (const number of [4, 5, 6]) await connection.send(client.responder.update(number).text);
      await kit.clock.sleep(100);
      await expectSequence(kit, client, []);
      await connection.send(client.responder.snapshot(5).text);
      await connection.send(client.responder.update(7).text);
      await expectSequence(kit, client, ['s5', '6', '7']);
      const asked = asksOf(connection, row).length;
      if (asked > 0) throw new Failed('nothing asked for', `${asked} requests`, { reason: 'asked' });
    },
    { stretch: 10 },
    withSnapshot,
  ),
};

const snapshotResets: ClientRule = {
  id: 'resync/snapshot-resets',
  role: 'client',
  level: 'MUST',
  sentence:
    'A snapshot that comes after the request for a replay is a reset: it is delivered, and its number is the new position.',
  cases: whereSequenced(
    async (kit, row) => {
      const { client, connection } = await follower(kit, row, 3);
      client.responder.update(49);
      client.responder.log.delete(49);
      // The history does not go back far enough: the request is answered by a snapshot.
      client.responder.answers = (received, on) => {
        if (received.key !== row.request.message) return true;
        void on.send(client.responder.snapshot(50).text);
        return false;
      };
      const next = await again(kit, client, connection);
      await kit.until(() => asksOf(next, row).length > 0, kit.patienceMs);
      client.responder.answers = () => true;
      await expectSequence(kit, client, [...begun(row), ...numbers(1, 3), 's50']);
      await next.send(client.responder.update(51).text);
      await expectSequence(kit, client, [...begun(row), ...numbers(1, 3), 's50', '51']);
      if (client.seen('gap').length > 0) throw new Failed('no gap: the snapshot has it all', 'one', { reason: 'gap' });
      const third = await again(kit, client, next);
      await kit.until(() => asksOf(third, row).length > 0, kit.patienceMs);
      const place = row.request.lastSequence;
      const last = place === null ? 51 : valueAt(asksOf(third, row)[0]?.value, place);
      if (last !== 51) throw new Failed('the last number 51', brief(last), { reason: 'wrong-position' });
    },
    {},
    withSnapshot,
  ),
};

const beganAnew: ClientRule = {
  id: 'resync/began-anew',
  role: 'client',
  level: 'MUST',
  sentence:
    'A joining snapshot with a number below the position is a reset: the room began anew, and no replay is asked for.',
  cases: whereSequenced(
    async (kit, row) => {
      const { client, connection } = await follower(kit, row, 5);
      client.responder.log.clear();
      client.responder.head = 2;
      const next = await again(kit, client, connection);
      await expectSequence(kit, client, [...begun(row), ...numbers(1, 5), 's2']);
      await next.send(client.responder.update(3).text);
      await expectSequence(kit, client, [...begun(row), ...numbers(1, 5), 's2', '3']);
      if (asksOf(next, row).length > 0) throw new Failed('no request for a replay', 'one', { reason: 'asked' });
    },
    { stretch: 4 },
    withSnapshot,
  ),
};

const roomsRejoined: ClientRule = {
  id: 'reconnect/rooms-joined-again',
  role: 'client',
  level: 'MUST',
  sentence:
    'Rooms that were joined besides the one of the address are joined again after a reconnect, before the queue is sent; those that were left are not.',
  cases: (_contract, channel) => {
    const { room } = channel;
    const join = room?.join ?? null;
    const reply = channel.clientMessages.find(({ key }) => key === join?.message)?.reply;
    if (join === null || join.room === null || join.onlyAddress || reply == null || channel.reconnect === null)
      return [];
    return [
      caseAt(channel, join, levelOf(join), {
        timeoutMs: 30_000,
        async run(kit) {
          const { client, connection } = await kit.ready();
          const joined = async (op: 'join' | 'leave', key: string, name: string) => {
            const sent = await client.move(op, key, name);
            await kit.until(() => sent.settled !== null, kit.patienceMs);
            if (sent.settled?.ok !== true) throw new Failed(`${op} to succeed`, 'it did not', { reason: 'not-joined' });
          };
          const [stay, left] = ['kept-room', 'left-room'];
          await joined('join', join.message, stay);
          await joined('join', join.message, left);
          if (room?.leave != null) await joined('leave', room.leave.message, left);
          client.stage.admit = (index) => ({ do: index < 2 ? 'hang' : 'accept' });
          cut(kit, connection);
          await kit.until(() => client.state?.ready === false, kit.patienceMs);
          const key = queuedMessages(channel)[0]?.key;
          const queued = key === undefined ? null : await client.send(key);
          const limitMs = returnMs(kit) + kit.scaled(channel.reconnect!.handshakeTimeoutMs) * 2;
          const next = await kit.opened(client, 1, limitMs);
          const joins = () => next.messages.filter((message) => message.key === join.message);
          await kit.until(() => joins().length > 0, kit.patienceMs);
          const marker = queued?.built.marker ?? null;
          const place = () => next.messages.findIndex(({ text }) => marker !== null && text.includes(marker));
          if (marker !== null) await kit.until(() => place() !== -1, kit.patienceMs);
          await kit.clock.sleep(80);
          const names = joins().map(({ value }) => valueAt(value, join.room as string));
          if (!names.includes(stay)) throw new Failed(`${stay} joined again`, brief(names), { reason: 'not-joined' });
          if (room?.leave != null && names.includes(left))
            throw new Failed(`${left} not joined again`, brief(names), { reason: 'joined-again' });
          if (marker !== null && place() < (joins()[0]?.index ?? 0))
            throw new Failed('rooms before the queue', 'the queue first', { reason: 'wrong-order' });
        },
      }),
    ];
  },
};

export const resyncRules: readonly ClientRule[] = [
  asksInOrder,
  missedDelivered,
  firstJoinHeld,
  snapshotResets,
  beganAnew,
  roomsRejoined,
];
