// Rules about the heartbeats that the server starts: they are answered, and missed when they stay away.
import type { ClientKit } from '../client/client-kit.ts';
import type { Connection } from '../harness/connection.ts';
import { brief, sameJson, valueAt } from '../harness/pointer.ts';
import { Failed } from '../rule.ts';
import type { ClientRule } from './client-rule.ts';
import { beatsOf } from './heartbeat.ts';
import { delayBefore } from './levels.ts';

/** Not by the connection's own ping, which masks as a client does. */
const pingFrame = (connection: Connection, payload: string): Promise<void> =>
  connection.sendFrame({ opcode: 9, payload, masked: false });

/** What the client wrote before it answers a ping frame is there. */
async function frameFence(kit: ClientKit, connection: Connection): Promise<void> {
  const before = connection.pongs.length;
  await pingFrame(connection, 'fence');
  await kit.until(() => connection.pongs.length > before || connection.ending !== null, kit.patienceMs);
}

const answersPings: ClientRule = {
  id: 'heartbeat/client-answers',
  role: 'client',
  level: 'MUST',
  sentence: "The client answers each of the server's pings once, and gives back what it is to echo.",
  cases: beatsOf(
    ({ initiator, kind }) => initiator === 'server' && kind === 'message',
    async (kit, beat) => {
      const { client, connection } = await kit.connected();
      for (let n = 0; n < 3; n += 1) {
        const ping = client.messages.build(beat.ping ?? '');
        const from = kit.clock.now();
        await connection.send(ping.text);
        const answers = () => connection.messages.filter(({ key }) => key === beat.pong);
        await kit.until(() => answers().length > n, Math.min(kit.patienceMs, kit.scaled(beat.timeoutMs) + 1000));
        const answer = answers()[n];
        kit.checkTiming({
          what: `the answer to ping ${n + 1}`,
          from,
          seenAt: answer?.at ?? null,
          earliestMs: 0,
          latestMs: kit.scaled(beat.timeoutMs),
        });
        for (const { from: place, to } of beat.echo) {
          const [wanted, seen] = [valueAt(ping.value, place), valueAt(answer?.value, to)];
          if (!sameJson(wanted, seen))
            throw new Failed(`${brief(wanted)} at ${to}`, brief(seen), { reason: 'wrong-echo' });
        }
        await frameFence(kit, connection);
        if (answers().length > n + 1)
          throw new Failed('one answer', `${answers().length - n}`, { reason: 'duplicate' });
      }
    },
  ),
};

const pongFrames: ClientRule = {
  id: 'heartbeat/client-pongs',
  role: 'client',
  level: 'MUST',
  sentence: "The client answers the server's ping frames with a pong frame of the same content.",
  cases: beatsOf(
    ({ initiator, kind }) => initiator === 'server' && kind === 'frame',
    async (kit) => {
      const { client, connection: first } = await kit.connected();
      const content = 'are you there?';
      const answered = async (connection: Connection) => {
        await pingFrame(connection, content);
        await kit.until(() => connection.pongs.length > 0 || connection.ending !== null, kit.patienceMs);
        return connection.pongs[0];
      };
      // A connection that ended meanwhile, for whatever reason, says nothing of pongs: the next one does.
      let pong = await answered(first);
      if (pong === undefined && first.ending !== null) pong = await answered(await kit.opened(client, 1));
      if (pong === undefined) throw new Failed('a pong frame', 'none', { reason: 'never' });
      if (pong.data.toString() !== content)
        throw new Failed(brief(content), brief(pong.data.toString()), { reason: 'wrong-echo' });
    },
    {},
    // RFC 6455 section 5.5.2: whatever a contract says about it, a ping frame is answered.
    () => 'MUST',
  ),
};

const serverSilence: ClientRule = {
  id: 'heartbeat/server-silence-given-up',
  role: 'client',
  level: 'SHOULD',
  sentence:
    'Where the server pings by messages, a client gives a connection up when they stay away for the interval and the timeout.',
  cases: beatsOf(
    ({ initiator, kind }) => initiator === 'server' && kind === 'message',
    async (kit, beat) => {
      const row = kit.channel.reconnect;
      const { client, connection } = await kit.connected();
      await connection.send(client.messages.build(beat.ping ?? '').text);
      const from = kit.clock.now();
      client.stage.freeze(connection);
      const dueMs = kit.scaled(beat.intervalMs + beat.timeoutMs);
      const waitMs = row === null ? 0 : kit.scaled(delayBefore(row, 1));
      await kit.until(() => client.stage.attempts.length > 1, (dueMs + waitMs) * 2);
      const seenAt = client.stage.attempts[1]?.at ?? null;
      kit.checkTiming({
        what: 'the next attempt',
        from,
        seenAt,
        earliestMs: kit.scaled(beat.intervalMs),
        latestMs: dueMs + waitMs,
      });
    },
    {},
    () => 'SHOULD',
  ),
};

export const answerRules: readonly ClientRule[] = [answersPings, pongFrames, serverSilence];
