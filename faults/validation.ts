// Faults of validation: invalid messages are taken, valid ones are not, and errors say the wrong thing.
import type { ChannelContract, ChannelTable, Encoded, Seam } from '../runtime/server/index.ts';
import { encodeMessage } from '../runtime/server/index.ts';
import { readAt, removeAt, writeAt } from '../runtime/server/pointer.ts';
import { changeChannels, changeTables } from './decorate-channels.ts';
import { changeEvents, changeIncoming, changeOutgoing, type Outgoing } from './decorate-transport.ts';
import { by, everywhere, type Fault } from './fault.ts';
import { rewritten } from './message-text.ts';
import { placesIn } from './places.ts';

type Check = ChannelContract['validators']['client'][string];
type Verdict = ReturnType<Check>;

/** Every client message judged otherwise. */
export const judging = (seam: Seam, change: (value: unknown, verdict: Verdict, check: Check) => Verdict): Seam =>
  changeChannels(seam, (contract) => {
    const client: { [type: string]: Check } = Object.create(null);
    for (const [type, check] of Object.entries(contract.validators.client)) {
      client[type] = Object.assign((value: unknown) => change(value, check(value), check), {
        '~standard': check['~standard'],
      });
    }
    return { ...contract, validators: { ...contract.validators, client } };
  });

/** Breaches of which the text of the issue fits are let through. */
const lenient =
  (pattern: RegExp) =>
  (seam: Seam): Seam =>
    judging(seam, (value, verdict) => (pattern.test(verdict.issues?.[0]?.message ?? '') ? { value } : verdict));

const hasErrors: Fault['appliesTo'] = (table) => table.error !== null;

/** Errors on their way out, each replaced. */
const errors = (seam: Seam, change: (one: Outgoing) => readonly Encoded[]): Seam =>
  changeOutgoing(seam, (one) => (one.isDirect && one.type === one.table.error?.type ? change(one) : [one.message]));

const errorValue = (seam: Seam, change: (value: unknown, table: ChannelTable) => unknown): Seam =>
  errors(seam, ({ message, table }) => [rewritten(message, (value) => change(value, table))]);

/** Every text inside, with a way to exchange it. */
function* texts(value: unknown, at = ''): Generator<{ readonly pointer: string; readonly text: string }> {
  if (typeof value === 'string') yield { pointer: at, text: value };
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    yield* texts(inner, `${at}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`);
  }
}

const characters = (text: string): readonly string[] => [...text];

/** A text with one character more, or one fewer. */
const longer = (text: string): string => text + (characters(text).at(-1) ?? 'x');
const shorter = (text: string): string => characters(text).slice(0, -1).join('');

const noEffect = (family: string) => by(`validation/${family}-no-effect`, 'had-effect', 'leaked');
const answered = (family: string) => by(`validation/${family}-answered`, 'not-answered');

const UNPAIRED = /\p{Surrogate}/u;

/** Whether a number or a character inside is one that not every language can hold. */
const isOdd = (value: unknown): boolean => {
  if (typeof value === 'number') return !Number.isFinite(value);
  if (typeof value === 'string') return UNPAIRED.test(value) || value.includes('\0');
  return typeof value === 'object' && value !== null && Object.values(value).some(isOdd);
};

/** Ends every connection of the server where a text fits. */
const crashing =
  (fits: (text: string) => boolean) =>
  (seam: Seam): Seam => {
    const open = new Set<() => void>();
    return changeEvents(seam, ({ inner, events }) => {
      const end = (): void => inner.terminate();
      open.add(end);
      return {
        message: (text) => {
          if (!fits(text)) events.message(text);
          else for (const one of open) one();
        },
        closed: (code) => {
          open.delete(end);
          events.closed(code);
        },
      };
    });
  };

/** The type of message that what it holds would fit best: the one of which most properties are needed. */
const guessed = ({ table, validators }: ChannelContract, value: unknown): unknown => {
  const place = table.envelope.discriminator;
  if (place === null || typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  let best: { readonly needed: number; readonly value: unknown } = { needed: -1, value };
  for (const [type, check] of Object.entries(validators.client)) {
    const typed = writeAt(value, place, type);
    if (check(typed).issues) continue;
    const needed = [...placesIn(typed)].filter((at) => check(removeAt(typed, at)).issues).length;
    if (needed > best.needed) best = { needed, value: typed };
  }
  return best.value;
};

export const validationFaults: readonly Fault[] = [
  {
    id: 'validation/accepts-invalid',
    sentence: 'What a message says is never checked against its schema.',
    intended: [answered('invalid'), noEffect('invalid')],
    appliesTo: everywhere,
    apply: lenient(/./),
  },
  {
    id: 'validation/accepts-missing-property',
    sentence: 'A message without a property that it must have is taken.',
    intended: [answered('invalid')],
    appliesTo: everywhere,
    apply: lenient(/required/),
  },
  {
    id: 'validation/accepts-wrong-type',
    sentence: 'A value of another type is taken.',
    intended: [answered('invalid')],
    appliesTo: everywhere,
    apply: lenient(/^must be (string|number|integer|object|array|boolean|null)/),
  },
  {
    id: 'validation/accepts-beyond-bounds',
    sentence: 'Texts, lists and numbers beyond their bounds are taken.',
    intended: [by('validation/bounds-answered', 'not-answered')],
    appliesTo: everywhere,
    apply: lenient(/must NOT have (more|fewer)|must be [<>]/),
  },
  {
    id: 'validation/accepts-one-too-many',
    sentence: 'A text may be one character longer than the contract says.',
    intended: [by('validation/bounds-answered', 'not-answered')],
    appliesTo: everywhere,
    apply: (seam) =>
      judging(seam, (value, verdict, check) => {
        const at = verdict.issues?.[0]?.pointer;
        const text = at === undefined ? undefined : readAt(value, at);
        return at !== undefined && typeof text === 'string' && !check(writeAt(value, at, shorter(text))).issues
          ? { value }
          : verdict;
      }),
  },
  {
    id: 'validation/rejects-at-bound',
    sentence: 'The longest text that the contract allows is rejected.',
    intended: [by('validation/bounds-accepted', 'rejected')],
    appliesTo: everywhere,
    apply: (seam) =>
      judging(seam, (value, verdict, check) => {
        if (verdict.issues) return verdict;
        for (const { pointer, text } of texts(value)) {
          if (text.length > 9 && check(writeAt(value, pointer, longer(text))).issues) {
            return { issues: [{ pointer, message: 'must be shorter' }] };
          }
        }
        return verdict;
      }),
  },
  {
    id: 'validation/counts-code-units',
    sentence: 'The length of a text is counted in UTF-16 units, not in characters.',
    intended: [by('validation/bounds-accepted', 'rejected')],
    appliesTo: everywhere,
    apply: (seam) =>
      judging(seam, (value, verdict, check) => {
        if (verdict.issues) return verdict;
        for (const { pointer, text } of texts(value)) {
          const isAstral = text.length > characters(text).length;
          if (isAstral && check(writeAt(value, pointer, 'x'.repeat(text.length))).issues) {
            return { issues: [{ pointer, message: 'must be shorter' }] };
          }
        }
        return verdict;
      }),
  },
  {
    id: 'validation/type-guessed',
    sentence: 'A message without a type is taken for whatever it would be valid as.',
    intended: [by('validation/broken-type-no-effect', 'had-effect')],
    appliesTo: (table) => table.envelope.discriminator !== null,
    apply: (seam) =>
      changeIncoming(seam, ({ contract, table, value, text }) => {
        const place = table.envelope.discriminator;
        if (place === null || value === undefined || typeof readAt(value, place) === 'string') return [text];
        const meant = guessed(contract, value);
        return [meant === value ? text : JSON.stringify(meant)];
      }),
  },
  {
    id: 'validation/rejects-unknown-properties',
    sentence: 'A message with a property that the contract does not know is rejected.',
    intended: [by('validation/unknown-properties-accepted', 'rejected')],
    appliesTo: everywhere,
    apply: (seam) =>
      judging(seam, (value, verdict) =>
        JSON.stringify(value ?? null).includes('"unknown')
          ? { issues: [{ pointer: '', message: 'has an unknown property' }] }
          : verdict,
      ),
  },
  {
    id: 'validation/no-error-message',
    sentence: 'What is rejected is rejected in silence.',
    intended: [
      by('validation/malformed-answered', 'not-answered'),
      by('validation/unknown-type-answered', 'not-answered'),
      by('validation/broken-type-answered', 'not-answered'),
      by('validation/invalid-answered', 'not-answered'),
    ],
    appliesTo: hasErrors,
    apply: (seam) => errors(seam, () => []),
  },
  {
    id: 'validation/closes-on-error',
    sentence: 'A rejected message ends the connection.',
    intended: [by('validation/stays-open', 'ended')],
    appliesTo: hasErrors,
    apply: (seam) =>
      errors(seam, ({ message, inner }) => {
        setImmediate(() => inner.close(1008, 'invalid message'));
        return [message];
      }),
  },
  {
    id: 'validation/wrong-error-code',
    sentence: 'Errors carry the code of another error.',
    intended: [
      by('validation/malformed-code', 'wrong-code'),
      by('validation/unknown-type-code', 'wrong-code'),
      by('validation/broken-type-code', 'wrong-code'),
      by('validation/invalid-code', 'wrong-code'),
    ],
    appliesTo: (table) => table.error?.code != null && new Set(table.error.codes.map((row) => row.code)).size > 1,
    apply: (seam) =>
      changeTables(seam, ({ error }) => ({
        error: error && {
          ...error,
          codes: error.codes.map((row, index) => {
            const others = error.codes.filter((other) => other.code !== row.code);
            return { ...row, code: others[index % others.length]?.code ?? row.code };
          }),
        },
      })),
  },
  {
    id: 'validation/wrong-pointer',
    sentence: 'Errors point to the whole message, not to the place.',
    intended: [by('validation/invalid-pointer', 'wrong-pointer')],
    appliesTo: (table) => table.error?.pointer != null,
    apply: (seam) => errorValue(seam, (value, { error }) => writeAt(value, error!.pointer!, '')),
  },
  {
    id: 'validation/exception-text',
    sentence: 'Errors show the text of an exception.',
    intended: [by('validation/error-text', 'exception', 'leaked')],
    appliesTo: (table) => table.error?.text != null,
    apply: (seam) =>
      errorValue(seam, (value, { error }) =>
        writeAt(value, error!.text!, 'TypeError: Cannot read properties of undefined\n    at handle (/srv/app.js:1:1)'),
      ),
  },
  {
    id: 'validation/empty-text',
    sentence: 'Errors have no text.',
    intended: [by('validation/error-text', 'empty')],
    appliesTo: (table) => table.error?.text != null,
    apply: (seam) => errorValue(seam, (value, { error }) => writeAt(value, error!.text!, '')),
  },
  {
    id: 'validation/error-without-id',
    sentence: 'Errors do not say which message caused them.',
    intended: [by('validation/error-id', 'wrong-id')],
    appliesTo: (table) => table.error?.id != null,
    apply: (seam) => errorValue(seam, (value, { error }) => removeAt(value, error!.id!)),
  },
  {
    id: 'validation/error-with-made-up-id',
    sentence: 'Errors carry an id even where their cause has none.',
    intended: [by('validation/error-id-absent', 'wrong-id')],
    appliesTo: (table) => table.error?.id != null,
    apply: (seam) =>
      errorValue(seam, (value, { error }) =>
        readAt(value, error!.id!) === undefined ? writeAt(value, error!.id!, 'made-up') : value,
      ),
  },
  {
    id: 'validation/error-broadcast-as-message',
    sentence: 'A rejected message is passed on to the others all the same.',
    intended: [noEffect('malformed'), noEffect('unknown-type')],
    appliesTo: hasErrors,
    apply: (seam) =>
      errors(seam, ({ message, table, peers }) => {
        const [type] = Object.keys(table.server).filter((one) => table.server[one]!.delivery === 'room');
        const template = type === undefined ? undefined : table.server[type]!.template;
        if (template !== undefined) for (const peer of peers()) peer.send(encodeMessage(template));
        return [message];
      }),
  },
  {
    id: 'validation/hostile-keys-crash',
    sentence: 'Keys named like an object’s own members, and deep nesting, end every connection.',
    intended: [by('validation/prototype-keys-harmless'), by('validation/deep-json-harmless')],
    appliesTo: everywhere,
    apply: crashing((text) => /"(__proto__|constructor)"|\[{50}|(\{"[^"]*":){50}/.test(text)),
  },
  {
    id: 'validation/odd-values-crash',
    sentence: 'Numbers beyond all bounds and halves of characters end every connection.',
    intended: [by('validation/odd-values-harmless')],
    appliesTo: everywhere,
    apply: crashing((text) => {
      try {
        return isOdd(JSON.parse(text));
      } catch {
        return false;
      }
    }),
  },
];
