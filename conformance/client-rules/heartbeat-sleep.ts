// Rules about waking up: a timer that comes late says nothing about the other side, so a client asks before it gives up.
import type { Heartbeat } from '../../scripts/model.ts';
import type { ClientKit } from '../client/client-kit.ts';
import type { ClientUnderTest } from '../client/client-under-test.ts';
import type { Connection, Received } from '../harness/connection.ts';
import { Failed, Inconclusive, NotTestable } from '../rule.ts';
import type { ClientRule } from './client-rule.ts';
import { clientBeats, pingsOf, withoutPings } from './heartbeat.ts';
import { delayBefore } from './levels.ts';

const isOver = (client: ClientUnderTest, connection: Connection): boolean =>
  connection.ending !== null || client.stage.attempts.length > 1;

/** Lets the client sleep; what it does in its sleep shows an adapter that cannot hold its timers. */
async function asleep(kit: ClientKit, client: ClientUnderTest, isAwake: () => boolean, forMs: number): Promise<void> {
  await client.environment('sleep');
  await client.fence();
  // Its timeout may have passed on the way to the adapter: that says nothing of sleep.
  if (isAwake()) throw new Inconclusive('The client went on before it was asleep: the machine was too busy.');
  if (!(await kit.until(isAwake, forMs))) return;
  const what = 'the command environment with the event sleep';
  throw new NotTestable(
    `The adapter said ok to ${what}, and the client went on: it must hold the client's timers until wake, or answer unsupported.`,
    [what],
  );
}

/** The next ping; undefined where none comes. */
async function nextPing(kit: ClientKit, connection: Connection, beat: Heartbeat): Promise<Received | undefined> {
  const before = pingsOf(connection, beat).length;
  await kit.until(() => pingsOf(connection, beat).length > before, kit.scaled(beat.intervalMs) * 2 + 1000);
  return pingsOf(connection, beat)[before];
}

const wakeKeeps: ClientRule = {
  id: 'heartbeat/wake-keeps-connection',
  role: 'client',
  level: 'SHOULD',
  sentence:
    'A client that slept past the timeout of its ping does not give up a healthy connection when it wakes: it asks again.',
  cases: clientBeats(
    async (kit, beat) => {
      const { client, connection } = await kit.ready();
      // The first may be under way by now: left unanswered, and taken for an answered one, it would end the connection.
      if (pingsOf(connection, beat).length === 0) await nextPing(kit, connection, beat);
      await kit.clock.sleep(kit.scaled(beat.intervalMs) / 4);
      client.responder.answers = (received) => received.key !== beat.ping;
      const ping = await nextPing(kit, connection, beat);
      if (connection.ending !== null) throw new Inconclusive('The connection ended before the client was to sleep.');
      if (ping === undefined) throw withoutPings(beat);
      const before = pingsOf(connection, beat).length;
      const isAwake = () => isOver(client, connection) || pingsOf(connection, beat).length > before;
      await asleep(kit, client, isAwake, kit.scaled(beat.intervalMs + beat.timeoutMs));
      client.responder.answers = () => true;
      await client.environment('wake');
      // The answer waited in the machine: it comes after the timers that were overdue.
      const message = kit.clientMessage(beat.ping ?? '');
      if (connection.ending === null) await connection.send(client.responder.reply(message, ping.value).text);
      await kit.until(isAwake, kit.scaled(beat.timeoutMs));
      const hasAsked = pingsOf(connection, beat).length > before;
      await kit.until(() => isOver(client, connection), kit.scaled(beat.timeoutMs) * 1.5 + 200);
      if (isOver(client, connection))
        throw new Failed('the connection to stay open', 'it was given up', { reason: 'given-up' });
      if (!hasAsked) throw new Failed(`a ${beat.ping} after waking up`, 'none', { reason: 'no-probe' });
    },
    { stretch: 2 },
    () => 'SHOULD',
  ),
};

const wakeFindsDead: ClientRule = {
  id: 'heartbeat/wake-finds-dead',
  role: 'client',
  level: 'SHOULD',
  sentence: 'A connection that died while the client slept is given up within the timeout of a ping after it wakes.',
  cases: clientBeats(
    async (kit, beat) => {
      const row = kit.channel.reconnect;
      const { client, connection } = await kit.ready();
      if (pingsOf(connection, beat).length === 0 && (await nextPing(kit, connection, beat)) === undefined)
        throw new Failed('a ping', 'none', { reason: 'never' });
      // The answer is there before the sleep is.
      await client.fence();
      client.stage.freeze(connection);
      await asleep(kit, client, () => client.stage.attempts.length > 1, kit.scaled(beat.intervalMs * 2));
      await client.environment('wake');
      const from = kit.clock.now();
      const latestMs = kit.scaled(beat.timeoutMs + (row === null ? 0 : delayBefore(row, 1)));
      await kit.until(() => client.stage.attempts.length > 1, latestMs * 2 + 1000);
      const seenAt = client.stage.attempts[1]?.at ?? null;
      kit.checkTiming({ what: 'the next attempt', from, seenAt, earliestMs: 0, latestMs });
    },
    { stretch: 2 },
    () => 'SHOULD',
  ),
};

export const sleepRules: readonly ClientRule[] = [wakeKeeps, wakeFindsDead];
