// Each way in which a token can be bad has one answer, and the answer can be given.
import type { AuthCondition } from '../model.ts';
import type { LintInput } from './lint.ts';

const tokenConditions: readonly AuthCondition[] = ['missing', 'invalid', 'expired'];

export function checkAuth({ contract, report }: LintInput): void {
  for (const { name, auth } of contract.channels) {
    if (auth === null) continue;
    const at = `${auth.source.pointer}/answers`;
    const seen = new Set<AuthCondition>();
    for (const answer of auth.answers) {
      if (seen.has(answer.when)) {
        report('auth-answer-twice', answer.source.pointer, {
          message: `The condition ${answer.when} has two answers.`,
          expected: 'one answer for each condition',
          found: answer.when,
          fix: 'Remove one of them.',
        });
      }
      seen.add(answer.when);
      if (
        answer.by === 'status' &&
        (answer.statuses.length === 0 || answer.statuses.some((status) => status < 300 || status > 599))
      ) {
        report('auth-status', `${answer.source.pointer}/status`, {
          message: `A handshake is refused by an HTTP status of an error.`,
          expected: '300 to 599, like 401, 403 or 404',
          found: answer.statuses.join(', ') || 'none',
          fix: 'Use 403 where the token is bad, 404 where nothing is there.',
        });
      }
      if (answer.by === 'status' && answer.when === 'expiry') {
        report('auth-status', `${answer.source.pointer}/status`, {
          message:
            'A token that expires while connected ends an open connection: there is no handshake left to refuse.',
          expected: 'close: CODE',
          found: `status ${answer.statuses.join(', ')}`,
          fix: 'Write close: 4001, or the like.',
        });
      }
    }
    if (auth.scheme === null || auth.answers.length === 0) continue;
    for (const when of tokenConditions) {
      if (seen.has(when)) continue;
      report('auth-answer-missing', at, {
        severity: 'warning',
        message: `x-ws-auth of ${JSON.stringify(name)} does not say how a connection is refused whose token is ${when}.`,
        expected: `{ when: ${when}, status: 403 } or { when: ${when}, close: 4001 }`,
        fix: 'Add the answer.',
      });
    }
  }
}
