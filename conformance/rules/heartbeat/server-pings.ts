// Rules about the heartbeats that the server starts: when they come, and what an answer, or none, leads to.
import { describeEnding } from '../../harness/connection.ts';
import { brief } from '../../harness/pointer.ts';
import { Failed, Inconclusive, type Rule } from '../../rule.ts';
import { answer, durationsOf, nextPing, serverBeats } from './beats.ts';

export const pingInterval: Rule = {
  id: 'heartbeat/ping-interval',
  role: 'server',
  level: 'MUST',
  sentence:
    'The server pings one interval after the connection was accepted, and then one interval after its last ping.',
  cases: serverBeats(
    async (kit, beat) => {
      const { intervalMs } = durationsOf(kit, beat);
      const connection = await kit.connect({ name: 'member', autoPong: false });
      let from = connection.openedAt;
      let early: Failed | null = null;
      for (const [n, what] of ['the first ping', 'the second ping'].entries()) {
        const ping = await nextPing(connection, beat, n, intervalMs * 2 + 500);
        if (ping === null && connection.ending !== null) {
          throw new Failed(what, describeEnding(connection.ending), { reason: 'ended' });
        }
        try {
          kit.clock.checkTiming({ what, from, seenAt: ping?.at ?? null, earliestMs: intervalMs, latestMs: intervalMs });
        } catch (error) {
          // One timer for all connections: their first interval is cut short, and every later one is whole.
          if (n > 0 || !(error instanceof Failed) || error.reason !== 'too-early') throw error;
          early = new Failed(error.expected, error.observed, { reason: 'too-early', level: 'SHOULD' });
        }
        if (ping === null) return;
        await answer(kit, connection, beat, ping);
        from = ping.at;
      }
      if (early !== null) throw early;
    },
    { intervals: 3 },
  ),
};

/** So many are watched: a server that forgives a connection once or twice has ended it by then. */
const answers = 3;

export const answerKeepsAlive: Rule = {
  id: 'heartbeat/answer-keeps-alive',
  role: 'server',
  level: 'MUST',
  sentence: 'A connection that answers every ping is not ended.',
  cases: serverBeats(
    async (kit, beat) => {
      const { intervalMs, timeoutMs } = durationsOf(kit, beat);
      const connection = await kit.connect({ name: 'member', autoPong: false });
      for (let n = 0; n < answers; n += 1) {
        const ping = await nextPing(connection, beat, n, intervalMs * 3 + 500);
        if (connection.ending !== null) {
          throw new Failed('a connection that stays open', describeEnding(connection.ending), { reason: 'ended' });
        }
        if (ping === null)
          throw new Failed('a ping', `none within ${Math.round(intervalMs * 3)} ms`, { reason: 'never' });
        await answer(kit, connection, beat, ping);
      }
      const ending = await connection.ended(timeoutMs + kit.clock.slack(connection.openedAt, kit.clock.now()));
      if (ending !== null)
        throw new Failed('a connection that stays open', describeEnding(ending), { reason: 'ended' });
    },
    { intervals: 10 },
  ),
};

export const silenceEnds: Rule = {
  id: 'heartbeat/silence-ends',
  role: 'server',
  level: 'MUST',
  sentence: 'The server ends a connection that does not answer a ping, when the timeout has passed and not before.',
  cases: serverBeats(
    async (kit, beat) => {
      const { intervalMs, timeoutMs } = durationsOf(kit, beat);
      const connection = await kit.connect({ name: 'silent', autoPong: false });
      const ping = await nextPing(connection, beat, 0, intervalMs * 2 + 500);
      if (ping === null) {
        const observed = connection.ending === null ? 'no ping' : describeEnding(connection.ending);
        throw new Failed('a ping, and the end after it', observed, { reason: 'never' });
      }
      const ending = await connection.ended(timeoutMs + intervalMs + 1000);
      kit.clock.checkTiming({
        what: 'the end of the connection',
        from: ping.at,
        seenAt: ending?.at ?? null,
        earliestMs: timeoutMs,
        latestMs: timeoutMs,
      });
    },
    { intervals: 4 },
  ),
};

export const silenceCode: Rule = {
  id: 'heartbeat/silence-code',
  role: 'server',
  level: 'MUST',
  sentence: 'A connection that does not answer a ping is closed with the code that the contract gives.',
  cases: serverBeats(
    async (kit, beat) => {
      const { intervalMs, timeoutMs } = durationsOf(kit, beat);
      const connection = await kit.connect({ name: 'silent', autoPong: false });
      const ending = await connection.ended((intervalMs + timeoutMs) * 2 + 1000);
      const expected = `close code ${beat.timeoutCode}`;
      if (ending === null) throw new Failed(expected, 'the connection was not ended', { reason: 'never' });
      if (ending.code !== beat.timeoutCode)
        throw new Failed(expected, describeEnding(ending), { reason: 'wrong-code' });
    },
    { intervals: 4, level: (beat) => beat.timeoutCodeLevel, applies: (beat) => beat.timeoutCode !== null },
  ),
};

/** So often a ping may cross an answer that nobody asked for. */
const mostCrossings = 2;

export const unaskedNotCounted: Rule = {
  id: 'heartbeat/unasked-answer-not-counted',
  role: 'server',
  level: 'SHOULD',
  sentence: 'An answer that was not asked for does not count for the next ping.',
  cases: serverBeats(
    async (kit, beat) => {
      const { intervalMs, timeoutMs } = durationsOf(kit, beat);
      const connection = await kit.connect({ name: 'member', autoPong: false });
      const first = await nextPing(connection, beat, 0, intervalMs / 2);
      // Earlier than it should: that one is answered, and it is about the next.
      if (first !== null) {
        await answer(kit, connection, beat, first);
        await kit.clock.sleep(intervalMs / 2);
      }
      for (let n = first === null ? 0 : 1; ; n += 1) {
        const at = kit.clock.now();
        await answer(kit, connection, beat, null);
        const ping = await nextPing(connection, beat, n, intervalMs * 2 + 500);
        if (ping === null) throw new Failed('a ping', connection.describe(), { reason: 'never' });
        if (ping.at - at > intervalMs / 8) break;
        // They crossed on the way, and the answer was one to this ping: asked again half an interval before the next.
        if (n === mostCrossings) throw new Inconclusive('each ping crossed an answer on the way');
        await answer(kit, connection, beat, ping);
        await kit.clock.sleep(intervalMs / 2);
      }
      const ending = await connection.ended(timeoutMs + intervalMs / 2 + 500);
      if (ending === null) {
        throw new Failed('the end of the connection: the ping had no answer', 'it stays open', { reason: 'never' });
      }
    },
    { intervals: 7, level: () => 'SHOULD' },
  ),
};

export const pingIsFrame: Rule = {
  id: 'heartbeat/ping-is-no-message',
  role: 'server',
  level: 'MUST',
  sentence: 'A ping frame is a frame: no text message stands in for it.',
  cases: (contract, channel) => {
    const timing = serverBeats(
      async (kit, beat) => {
        const { intervalMs } = durationsOf(kit, beat);
        const connection = await kit.joined({ name: 'member' });
        await connection.pingFrame(0, intervalMs * 1.5 + 300);
        await kit.fence([connection]);
        await kit.roundTrip(connection);
        const strays = connection.messages.filter((message) => message.key === null);
        if (strays.length > 0) {
          const seen = strays.map((stray) => (stray.binary === null ? stray.text : '(binary)'));
          throw new Failed('declared messages alone', brief(seen), { reason: 'stray' });
        }
        const own = connection.messages.filter((message) => !connection.isBounced(message));
        if (connection.pings.length + own.length === 0) {
          throw new Failed('a sign of life', connection.describe(), { reason: 'never', level: beat.level });
        }
      },
      { intervals: 3, applies: (beat) => beat.kind === 'frame' },
    );
    // That frames are sent at all is a matter of the heartbeat's level; that nothing else is sent in their place is not.
    return timing(contract, channel).map((one) => ({ ...one, level: 'MUST' }));
  },
};
