// What every refusal has in common: nobody got in, the answer is the contract's, and the same connection without the fault is accepted.
import type { AuthAnswer, AuthCondition, Channel, Level } from '../../../scripts/model.ts';
import { type Attempt, describeAttempt, describeEnding } from '../../harness/connection.ts';
import type { ConnectOptions, Kit } from '../../kit.ts';
import { Failed } from '../../rule.ts';

/** The row of the contract; null where it has none. */
export function answerFor(channel: Channel, when: AuthCondition): AuthAnswer | null {
  return channel.auth?.answers.find((answer) => answer.when === when) ?? null;
}

/** Whether the contract wants a token at all. */
export function wantsToken(channel: Channel): boolean {
  return channel.auth !== null && channel.auth.scheme !== null && channel.auth.parameter !== null;
}

/** The control of a refusal: with the fault taken away the connection is accepted and stays. */
export async function expectAccepted(
  kit: Kit,
  what: string,
  options: ConnectOptions = {},
  reason = 'control-refused',
): Promise<void> {
  const attempt = await kit.attempt({ name: 'control', ...options });
  if (attempt.outcome !== 'open') throw new Failed(`${what} is accepted`, describeAttempt(attempt), { reason });
  await attempt.connection.close();
}

/** As kit.attempt; one that stays open is watched for as long as anything that has to come may take. */
async function watched(kit: Kit, options: ConnectOptions): Promise<Attempt> {
  const attempt = await kit.attempt(options);
  if (attempt.outcome !== 'open') return attempt;
  const ending = await attempt.connection.ended();
  return ending === null ? attempt : { outcome: 'closed', connection: attempt.connection, ending };
}

/** In: left open, or served before the end. How it was refused is another rule's matter. */
export async function expectRefused(
  kit: Kit,
  what: string,
  options: ConnectOptions,
  level: Level = 'MUST',
): Promise<Attempt> {
  const attempt = await watched(kit, { name: 'refused', ...options });
  if (attempt.outcome === 'open') {
    throw new Failed(`${what} is refused`, describeAttempt(attempt), { reason: 'let-in', level });
  }
  if (attempt.outcome === 'closed') {
    const served = attempt.connection.messages.filter(
      (message) => message.key !== null && message.key !== kit.channel.error?.message,
    );
    if (served.length > 0) {
      throw new Failed(`${what} is refused, and gets no message`, describeAttempt(attempt), {
        reason: 'served',
        level,
      });
    }
  }
  return attempt;
}

/** The contract's answer: the status in place of the upgrade, or the upgrade and then the close code. */
export async function expectAnswer(
  kit: Kit,
  what: string,
  answer: AuthAnswer,
  options: ConnectOptions,
  level: Level = answer.level,
): Promise<void> {
  const attempt = await watched(kit, { name: 'refused', ...options });
  const observed = describeAttempt(attempt);
  if (answer.by === 'status') {
    if (attempt.outcome === 'refused' && answer.statuses.includes(attempt.status)) return;
    const reason =
      attempt.outcome === 'open' ? 'let-in' : attempt.outcome === 'refused' ? 'wrong-status' : 'wrong-phase';
    const expected = `${what} is answered with HTTP ${answer.statuses.join(' or ')} in place of the upgrade`;
    throw new Failed(expected, observed, { reason, level });
  }
  const expected = `${what} is accepted and then closed with ${answer.code}`;
  switch (attempt.outcome) {
    case 'closed':
      if (attempt.ending.code === answer.code) return;
      throw new Failed(expected, describeEnding(attempt.ending), { reason: 'wrong-code', level });
    case 'refused':
      throw new Failed(expected, `${observed} before accepting: a browser sees 1006, and no code`, {
        reason: 'wrong-phase',
        level,
      });
    default:
      throw new Failed(expected, observed, { reason: attempt.outcome === 'open' ? 'let-in' : 'no-answer', level });
  }
}
