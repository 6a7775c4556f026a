// Rules about the heartbeats that a client starts: when it pings, what counts as life, and when it gives up.
import type { Channel, Heartbeat } from '../../scripts/model.ts';
import type { ClientKit } from '../client/client-kit.ts';
import type { Connection, Received } from '../harness/connection.ts';
import { brief, sameJson } from '../harness/pointer.ts';
import { Failed, NotTestable } from '../rule.ts';
import { type ClientCase, type ClientRule, caseAt } from './client-rule.ts';
import { delayBefore, levelOf } from './levels.ts';

type Run = (kit: ClientKit, beat: Heartbeat) => Promise<void>;

export function clientBeats(
  run: Run,
  part: Partial<ClientCase> = {},
  level?: (beat: Heartbeat) => ClientCase['level'],
) {
  return beatsOf((beat) => beat.initiator === 'client' && beat.kind === 'message', run, part, level);
}

export function beatsOf(
  match: (beat: Heartbeat) => boolean,
  run: Run,
  part: Partial<ClientCase> = {},
  level: (beat: Heartbeat) => ClientCase['level'] = (beat) => levelOf(beat),
): ClientRule['cases'] {
  return (_contract, channel: Channel) =>
    channel.heartbeats.filter(match).map((beat) =>
      caseAt(channel, beat, level(beat), {
        timeoutMs: (beat.intervalMs + beat.timeoutMs) * 5,
        ...part,
        run: (kit) => run(kit, beat),
      }),
    );
}

/** What a client that never pings does of it cannot be seen. */
export function withoutPings(beat: Heartbeat): NotTestable {
  return new NotTestable(`The client sends no ${beat.ping}, so that nothing can come of one.`, [
    'a client that keeps heartbeat/client-pings',
  ]);
}

export function pingsOf(connection: Connection, beat: Heartbeat): readonly Received[] {
  return connection.messages.filter(({ key }) => key === beat.ping);
}

const clientPings: ClientRule = {
  id: 'heartbeat/client-pings',
  role: 'client',
  level: 'MUST',
  sentence: 'The client pings when the contract says, and then one interval after its last ping.',
  cases: clientBeats(
    async (kit, beat) => {
      const { connection } = await kit.connected();
      const intervalMs = kit.scaled(beat.intervalMs);
      let from = connection.openedAt;
      for (let n = 0; n < 3; n += 1) {
        const dueMs = n === 0 && beat.onOpen ? 0 : intervalMs;
        await kit.until(() => pingsOf(connection, beat).length > n || connection.ending !== null, dueMs * 2 + 1000);
        const ping = pingsOf(connection, beat)[n];
        kit.checkTiming({
          what: `ping ${n + 1}`,
          from,
          seenAt: ping?.at ?? null,
          earliestMs: dueMs,
          latestMs: dueMs,
        });
        from = ping?.at ?? from;
      }
    },
    {},
    // That the next one comes an interval after the last was decided for all protocols alike.
    (beat) => (beat.onOpen ? levelOf(beat) : 'SHOULD'),
  ),
};

const answerKeeps: ClientRule = {
  id: 'heartbeat/client-stays-while-answered',
  role: 'client',
  level: 'MUST',
  sentence: 'A connection whose pings are answered is not given up.',
  cases: clientBeats(async (kit, beat) => {
    const { client, connection } = await kit.connected();
    await kit.until(() => connection.ending !== null, kit.scaled(beat.intervalMs * 2.5 + beat.timeoutMs));
    if (connection.ending !== null || client.stage.attempts.length > 1)
      throw new Failed('the connection to stay open', 'it was given up', { reason: 'given-up' });
    if (pingsOf(connection, beat).length === 0) throw withoutPings(beat);
  }),
};

const anyMessageIsLife: ClientRule = {
  id: 'heartbeat/any-message-is-life',
  role: 'client',
  level: 'SHOULD',
  sentence:
    'Any inbound message counts as life: a ping without an answer does not end a connection on which messages come.',
  cases: beatsOf(
    (beat) => beat.initiator === 'client' && beat.kind === 'message' && beat.satisfiedBy === 'any-message',
    async (kit, beat) => {
      const { client, connection } = await kit.ready();
      client.responder.answers = (received) => received.key !== beat.ping;
      const before = pingsOf(connection, beat).length;
      const other = kit.channel.serverMessages.find(({ key }) => key !== beat.pong) as { key: string };
      // Life has to come after the ping: a message every half timeout.
      const until = kit.clock.now() + kit.scaled(beat.intervalMs * 2 + beat.timeoutMs * 2);
      while (kit.clock.now() < until && connection.ending === null) {
        void connection.send(client.messages.build(plainKey(kit.channel) ?? other.key).text);
        await kit.until(() => connection.ending !== null, kit.scaled(beat.timeoutMs) / 2);
      }
      if (connection.ending !== null || client.stage.attempts.length > 1)
        throw new Failed('the connection to stay open', 'it was given up', { reason: 'given-up' });
      if (pingsOf(connection, beat).length === before) throw withoutPings(beat);
    },
    {},
    () => 'SHOULD',
  ),
};

/** A server message with no part in joining, heartbeats, sequence or replies; null where there is none. */
export function plainKey(channel: Channel): string | null {
  const special = new Set<string | null | undefined>([
    channel.error?.message,
    channel.resync?.snapshot?.message,
    channel.resync?.client.end,
    ...channel.heartbeats.flatMap(({ ping, pong }) => [ping, pong]),
    ...channel.clientMessages.flatMap(({ reply, idempotent }) => [...(reply?.messages ?? []), idempotent?.answer]),
    ...(channel.auth?.ready ?? []).map((ready) => (ready.on === 'message' ? ready.message : null)),
    ...(channel.resync?.messages ?? []),
  ]);
  return channel.serverMessages.find(({ key }) => !special.has(key))?.key ?? null;
}

const halfOpen: ClientRule = {
  id: 'heartbeat/half-open-given-up',
  role: 'client',
  level: 'MUST',
  sentence:
    'A connection on which nothing comes any more is given up when the timeout has passed, and not before, though no close event comes.',
  cases: clientBeats(async (kit, beat) => {
    const row = kit.channel.reconnect;
    const { client, connection } = await kit.ready();
    const before = pingsOf(connection, beat).length;
    client.responder.answers = (received, on) => on !== connection || received.key !== beat.ping;
    await kit.until(() => pingsOf(connection, beat).length > before, kit.scaled(beat.intervalMs) * 2 + 1000);
    const ping = pingsOf(connection, beat)[before];
    if (ping === undefined) throw new Failed('a ping', 'none', { reason: 'never' });
    client.stage.freeze(connection);
    const timeoutMs = kit.scaled(beat.timeoutMs);
    const waitMs = row === null ? 0 : kit.scaled(delayBefore(row, 1));
    await kit.until(() => client.stage.attempts.length > 1, (timeoutMs + waitMs) * 2 + 2000);
    kit.checkTiming({
      what: 'the next attempt',
      from: ping.at,
      seenAt: client.stage.attempts[1]?.at ?? null,
      earliestMs: timeoutMs + waitMs * (1 - (row?.jitter ?? 0)),
      latestMs: timeoutMs + waitMs,
    });
  }),
};

const oldSocketSilent: ClientRule = {
  id: 'reconnect/old-connection-is-silent',
  role: 'client',
  level: 'MUST',
  sentence: 'What comes on a connection that the client has given up reaches nobody.',
  cases: clientBeats(async (kit, beat) => {
    const { client, connection } = await kit.ready();
    const before = pingsOf(connection, beat).length;
    client.responder.answers = (received, on) => on !== connection || received.key !== beat.ping;
    await kit.until(() => pingsOf(connection, beat).length > before, kit.scaled(beat.intervalMs) * 2 + 1000);
    client.stage.freeze(connection);
    const limitMs = kit.scaled(beat.intervalMs + beat.timeoutMs) * 2 + kit.patienceMs;
    if (!(await kit.until(() => client.stage.connections.length > 1, limitMs))) {
      throw new NotTestable('The client does not give up a silent connection, so that no old one can speak.', [
        'a client that keeps heartbeat/half-open-given-up',
      ]);
    }
    // Where all messages are numbered, one that no replay knows.
    const { resync } = kit.channel;
    const key = plainKey(kit.channel) ?? resync?.messages[0] ?? beat.pong ?? '';
    const over = resync?.messages.includes(key) ? { [resync.sequence]: 1 } : {};
    const built = client.messages.build(key, { with: over });
    await connection.send(built.text);
    await kit.clock.sleep(150);
    await client.fence();
    if (client.delivered.some((message) => sameJson(message, built.value)))
      throw new Failed('nothing from the old connection', brief(built.value), { reason: 'old-handler' });
  }),
};

const timeoutCode: ClientRule = {
  id: 'heartbeat/client-timeout-code',
  role: 'client',
  level: 'SHOULD',
  sentence: 'A client that gives a connection up for want of an answer closes it with the code of the contract.',
  cases: beatsOf(
    (beat) => beat.initiator === 'client' && beat.kind === 'message' && beat.timeoutCode !== null,
    async (kit, beat) => {
      const { client, connection } = await kit.ready();
      client.responder.answers = (received) => received.key !== beat.ping;
      const ending = await connection.ended(kit.scaled(beat.intervalMs + beat.timeoutMs) * 2 + 2000);
      if (ending === null) throw new Failed('the end of the connection', 'it stays open', { reason: 'never' });
      if (ending.code !== beat.timeoutCode)
        throw new Failed(`close code ${beat.timeoutCode}`, `${ending.code}`, { reason: 'wrong-code' });
    },
    {},
    (beat) => beat.timeoutCodeLevel,
  ),
};

export const heartbeatRules: readonly ClientRule[] = [
  clientPings,
  answerKeeps,
  anyMessageIsLife,
  halfOpen,
  oldSocketSilent,
  timeoutCode,
];
