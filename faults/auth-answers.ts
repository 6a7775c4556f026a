// Faults of authentication: one condition is answered otherwise than the others, or an empty token is taken for none.
import type { Refusal, Seam } from '../runtime/server/index.ts';
import type { AuthCondition } from '../runtime/server/table.ts';
import { by, type Fault } from './fault.ts';

const answers =
  (when: AuthCondition): Fault['appliesTo'] =>
  (table) =>
    table.auth?.parameter != null && table.auth.answers.some((row) => row.when === when);

/** Another status or another close code, in the same phase. */
const otherwise = (refusal: Refusal): Refusal =>
  refusal.by === 'status' ? { ...refusal, status: 418 } : { ...refusal, code: 1011 };

const refusing = (seam: Seam, change: (refusal: Refusal) => Refusal | null): Seam => ({
  ...seam,
  handshake: (refusal, channel) => {
    const judged = seam.handshake(refusal, channel);
    return judged === null ? null : change(judged);
  },
});

const wrongAnswer = (when: 'unknown-user' | 'forbidden' | 'not-found', whom: string): Fault => ({
  id: `auth/wrong-answer-${when}`,
  sentence: `${whom} is refused by another status or close code.`,
  intended: [by(`auth/${when}-answer`, 'wrong-code', 'wrong-status')],
  appliesTo: answers(when),
  apply: (seam) => refusing(seam, (refusal) => (refusal.when === when ? otherwise(refusal) : refusal)),
});

/** What is done with a token parameter that is there and empty. */
const onEmpty =
  (change: (refusal: Refusal) => Refusal | null) =>
  (seam: Seam): Seam => {
    const names = new Set(seam.channels.flatMap(({ table }) => table.auth?.parameter ?? []));
    let isEmpty = false;
    const noted: Seam = {
      ...seam,
      target: (target) => {
        const read = seam.target(target);
        const query = new URLSearchParams(read.split('?')[1] ?? '');
        isEmpty = [...names].some((name) => query.get(name) === '');
        return read;
      },
    };
    // A missing token is judged before any other request is read.
    return refusing(noted, (refusal) => (isEmpty && refusal.when === 'missing' ? change(refusal) : refusal));
  };

export const authAnswerFaults: readonly Fault[] = [
  wrongAnswer('unknown-user', 'A user that the server does not know'),
  wrongAnswer('forbidden', 'A user who may not enter the room'),
  wrongAnswer('not-found', 'Who names a room that does not exist'),
  {
    id: 'auth/accepts-empty',
    sentence: 'A connection with an empty token is let in.',
    intended: [by('auth/empty-refused', 'let-in', 'served')],
    appliesTo: answers('missing'),
    apply: onEmpty(() => null),
  },
  {
    id: 'auth/empty-answered-otherwise',
    sentence: 'An empty token gets another answer than a missing one.',
    intended: [by('auth/empty-answer', 'wrong-code', 'wrong-status')],
    appliesTo: answers('missing'),
    apply: onEmpty(otherwise),
  },
];
