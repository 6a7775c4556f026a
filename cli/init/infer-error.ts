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
  [/reused|duplicate|conflict/, 'id-reused'],
  [/invalid|validation|bad/, 'invalid'],
  [/internal|server/, 'internal'],
];

export function errorMessageOf({ serverMessages }: Channel): ServerMessage | null {
  return serverMessages.find((message) => isNamed(message, 'error', 'failure', 'problem', 'reject', 'nack')) ?? null;
}

/** Whether an error can tell of it: the document has a code for it, or gets one from {@link inferError}. */
export function hasCondition(channel: Channel, condition: ErrorCondition): boolean {
  if (channel.error !== null) return channel.error.codes.some(({ when }) => when === condition);
  return errorMessageOf(channel) !== null;
}

/** The value of x-ws-error; null where no message looks like an error. `needed`: conditions that other keys name. */
export function inferError(channel: Channel, contract: Contract, needed: readonly ErrorCondition[]): object | null {
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
    codes: codesOf(allowed, needed),
  };
}

/** Of the codes that the schema lists those that tell their cause; where it lists none, names of the usual causes. */
function codesOf(allowed: readonly string[], needed: readonly ErrorCondition[]): readonly object[] {
  const all = new Set<ErrorCondition>(['malformed', 'unknown-type', 'invalid', ...needed]);
  if (allowed.length === 0) return [...all].map((when) => ({ code: when.replace('-', '_'), when }));
  const rows = new Map<ErrorCondition, string>();
  for (const code of allowed) {
    const when = conditionWords.find(([words]) => words.test(code.toLowerCase()))?.[1];
    if (when !== undefined && !rows.has(when)) rows.set(when, code);
  }
  // Whatever is refused has to be called something.
  for (const when of all) if (!rows.has(when)) rows.set(when, rows.get('invalid') ?? allowed[0] ?? '');
  return [...rows].map(([when, code]) => ({ code, when }));
}
