// Guesses which message reports an error, and where its parts sit.
import type { Channel, Contract, ErrorCondition, ServerMessage } from '../../scripts/model.ts';
import { allowedAt, isNamed, placeNamed, placesOf } from './shape.ts';

/** Words by which codes usually tell their cause. */
const conditionWords: readonly (readonly [words: RegExp, when: ErrorCondition])[] = [
  [/malformed|parse|syntax|json/, 'malformed'],
  [/unknown|unsupported/, 'unknown-type'],
  [/not.?joined|not.?(a.?)?member/, 'not-joined'],
  [/forbidden|permission|denied|unauthori[sz]ed/, 'forbidden'],
  [/not.?found|no.?such/, 'not-found'],
  [/rate|too.?many|limit/, 'rate-limited'],
  [/unavailable/, 'unavailable'],
  [/invalid|validation|bad/, 'invalid'],
  [/internal|server/, 'internal'],
];

export function errorMessageOf({ serverMessages }: Channel): ServerMessage | null {
  return serverMessages.find((message) => isNamed(message, 'error', 'failure', 'problem', 'reject', 'nack')) ?? null;
}

/** The value of x-ws-error; null where no message looks like an error. */
export function inferError(channel: Channel, contract: Contract): object | null {
  const message = errorMessageOf(channel);
  if (message === null) return null;
  const places = placesOf(message, contract).filter(({ pointer }) => pointer !== channel.envelope.discriminator);
  const texts = places.filter(({ type }) => type === 'string' || type === null);
  const code = placeNamed(texts, 'code', 'errorcode', 'errortype', 'error');
  const text = placeNamed(
    texts,
    'message',
    'text',
    'reason',
    'detail',
    'details',
    'description',
    'errormessage',
    'error',
  );
  const pointer = placeNamed(texts, 'pointer');
  const { id } = channel.envelope;
  const hasId = id !== null && places.some((place) => place.pointer === id);
  const allowed = code === undefined ? [] : allowedAt(message, code.pointer, contract);
  return {
    message: message.key,
    ...(code !== undefined && { code: code.pointer }),
    ...(text !== undefined && text !== code && { text: text.pointer }),
    ...(pointer !== undefined && { pointer: pointer.pointer }),
    ...(hasId && { id }),
    codes: codesOf(allowed),
  };
}

/** Of the codes that the schema lists those that tell their cause; where it lists none, names of the usual causes. */
function codesOf(allowed: readonly string[]): readonly object[] {
  if (allowed.length === 0)
    return ['malformed', 'unknown-type', 'invalid'].map((when) => ({ code: when.replace('-', '_'), when }));
  const rows = new Map<ErrorCondition, string>();
  for (const code of allowed) {
    const when = conditionWords.find(([words]) => words.test(code.toLowerCase()))?.[1];
    if (when !== undefined && !rows.has(when)) rows.set(when, code);
  }
  // Whatever is refused has to be called something.
  for (const when of ['malformed', 'unknown-type', 'invalid'] as const)
    if (!rows.has(when)) rows.set(when, rows.get('invalid') ?? allowed[0] ?? '');
  return [...rows].map(([when, code]) => ({ code, when }));
}
