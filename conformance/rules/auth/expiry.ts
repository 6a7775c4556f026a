// A token that expires while its connection is open ends it, when it does and not before.
import type { AuthAnswer, Channel } from '../../../scripts/model.ts';
import { type Connection, describeEnding, type Ending } from '../../harness/connection.ts';
import type { Kit } from '../../kit.ts';
import { type Case, Failed, lowest, NotTestable, type Rule } from '../../rule.ts';
import { answerFor, wantsToken } from '../handshake/refusal.ts';

/** Seconds that the short token lives: long enough to connect on a loaded machine. `exp` is never scaled. */
const lifeSeconds = 3;

/** `exp` counts whole seconds, and a server may round up. */
const granularityMs = 1000;

function expiryCases(
  run: (kit: Kit, answer: AuthAnswer) => Promise<void>,
  applies: (answer: AuthAnswer) => boolean,
): Rule['cases'] {
  return (_contract, channel: Channel) => {
    const answer = answerFor(channel, 'expiry');
    if (answer === null || !wantsToken(channel) || !applies(answer)) return [];
    const one: Case = {
      channel: channel.name,
      level: lowest('MUST', answer.level),
      source: answer.source,
      // The end of an opaque token is the end of all connections that have it, of other cases too.
      lane: channel.auth?.format === 'opaque' ? 'exclusive' : 'quiet',
      needs: { users: channel.auth?.format === 'opaque' ? 2 : 1 },
      timeoutMs: 10_000,
      run: (kit) => run(kit, answer),
    };
    return [one];
  };
}

/** A connection whose token stops being valid at that point of the clock. */
async function expiring(kit: Kit): Promise<{ connection: Connection; at: number }> {
  const user = kit.users[0];
  if (user === undefined) throw new Error('one user was asked for');
  try {
    const exp = Math.ceil(Date.now() / 1000) + lifeSeconds;
    const token = await kit.tokenWith(user, { exp });
    const at = kit.clock.now() + exp * 1000 - Date.now();
    return { connection: await kit.connect({ name: 'expiring', token }), at };
  } catch (error) {
    if (!(error instanceof NotTestable) || !kit.hasHook('expire-token')) throw error;
  }
  const connection = await kit.connect({ name: 'expiring' });
  await kit.hook('expire-token', { user: user.id, token: user.token });
  return { connection, at: kit.clock.now() };
}

async function endOf(kit: Kit, connection: Connection, at: number): Promise<Ending | null> {
  return await connection.ended(at - kit.clock.now() + granularityMs + kit.patienceMs);
}

export const expiryEnds: Rule = {
  id: 'auth/expiry-ends',
  level: 'MUST',
  role: 'server',
  sentence: 'A connection is ended when its token expires, and not before.',
  cases: expiryCases(
    async (kit) => {
      const lasting = await kit.connect({ name: 'lasting', user: kit.users[1] ?? kit.users[0] ?? null });
      const from = kit.clock.now();
      const { connection, at } = await expiring(kit);
      const ending = await endOf(kit, connection, at);
      const due = Math.max(0, at - from);
      kit.clock.checkTiming({
        what: 'the end of the connection whose token expires',
        from,
        seenAt: ending?.at ?? null,
        earliestMs: due,
        latestMs: due + granularityMs,
      });
      if (lasting.ending !== null) {
        throw new Failed('a connection whose token lasts stays open', describeEnding(lasting.ending), {
          reason: 'ended',
        });
      }
    },
    () => true,
  ),
};

export const expiryAnswer: Rule = {
  id: 'auth/expiry-answer',
  level: 'MUST',
  role: 'server',
  sentence: 'A connection whose token expires is closed with the code of the contract.',
  cases: expiryCases(
    async (kit, answer) => {
      if (answer.by !== 'close') return;
      const { connection, at } = await expiring(kit);
      const ending = await endOf(kit, connection, at);
      const expected = `closed with ${answer.code} when its token expires`;
      if (ending === null) throw new Failed(expected, 'it stays open', { reason: 'never' });
      if (ending.code !== answer.code) throw new Failed(expected, describeEnding(ending), { reason: 'wrong-code' });
    },
    (answer) => answer.by === 'close',
  ),
};
