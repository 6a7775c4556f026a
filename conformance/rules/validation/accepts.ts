// Rules about what must be taken: every example of the document, and everything up to each bound of the schema.
import type { Channel, ClientMessage, JsonSchema, Level } from '../../../scripts/model.ts';
import type { Built } from '../../harness/messages.ts';
import { uniqueText } from '../../harness/messages.ts';
import { brief, sameJson, toPointer, valueAt, withValueAt } from '../../harness/pointer.ts';
import type { Kit } from '../../kit.ts';
import { Failed, lowest, type Rule } from '../../rule.ts';
import { perMessage } from './invalid.ts';
import { codeFor } from './rejection.ts';
import { addressed, expectServed, expectTaken, rejoin, type Scene, type Told, tell } from './scene.ts';

/** Errors that say nothing of the form: what an example names need not exist on this server. */
const domain = ['not-found', 'forbidden', 'not-joined', 'room-mismatch', 'unavailable'] as const;

function isDomainError(kit: Kit, told: Told): boolean {
  const place = kit.channel.error?.code;
  if (told.error === undefined || place == null) return false;
  const code = valueAt(told.error.value, place);
  return code !== undefined && domain.some((condition) => codeFor(kit.channel, condition)?.code === code);
}

/** The example as this run can send it: its room and addressed user are the case's, its id is fresh. */
function fitted(kit: Kit, scene: Scene, message: ClientMessage, payload: unknown): Built {
  const usual = kit.message(message.key, addressed(kit, message.key, scene));
  let value = payload;
  const places = [
    message.idempotent?.property,
    kit.channel.envelope.id,
    message.reply?.correlation?.request,
    ...identityPlaces(kit, message),
  ];
  for (const place of places) {
    if (place == null || valueAt(payload, place) === undefined) continue;
    const own = valueAt(usual.value, place);
    value = withValueAt(
      value,
      place,
      own === undefined && isRoomPlace(kit.channel, message, place) ? scene.sender.room : own,
    );
  }
  const idPlace = message.reply?.correlation?.request ?? kit.channel.envelope.id;
  const id = idPlace === null ? undefined : valueAt(value, idPlace);
  return { ...usual, value, text: JSON.stringify(value), marker: null, id: typeof id === 'string' ? id : null };
}

function isRoomPlace(channel: Channel, message: ClientMessage, place: string): boolean {
  const { room } = channel;
  if (room === null) return false;
  const named = [room.join, room.leave].find((row) => row?.message === message.key)?.room ?? room.selector;
  return named === place;
}

/** Places of which the value decides who or what is meant: not to be varied. */
function reservedPlaces(kit: Kit, message: ClientMessage): readonly string[] {
  const { resync } = kit.channel;
  const asked = resync?.request.message === message.key ? resync.request : null;
  const cursors = [asked?.lastSequence, asked?.lastTimestamp].filter((place): place is string => place != null);
  return [...identityPlaces(kit, message), ...cursors];
}

/** Where the message names a room, a user, or what the server made. */
function identityPlaces(kit: Kit, message: ClientMessage): readonly string[] {
  const { room } = kit.channel;
  const row = [room?.join, room?.leave].find((one) => one?.message === message.key);
  const users = kit
    .effectsOf(message.key)
    .flatMap((effect) =>
      effect.triggers.flatMap((one) => (one.on === 'message' && one.message === message.key ? [one.user] : [])),
    );
  return [row?.room, room?.selector, kit.referencePlace(message.key), ...users].filter(
    (place): place is string => place != null,
  );
}

async function expectAccepted(kit: Kit, scene: Scene, told: Told, what: string, level: Level): Promise<boolean> {
  if (isDomainError(kit, told)) return false;
  expectTaken(scene, told, what, level);
  if (told.outcomes.length === 0) await expectServed(kit, scene, level);
  return true;
}

export const acceptsExamples: Rule = {
  id: 'validation/accepts-examples',
  level: 'MUST',
  role: 'server',
  sentence: 'Every example of a client message is taken and leads to what the contract says.',
  cases: perMessage(
    (_channel, message) => message.level,
    (_channel, message) => message.examples.length > 0,
    async (kit, scene, message) => {
      let taken = 0;
      for (const example of message.examples) {
        const sent = fitted(kit, scene, message, example.payload);
        const told = await tell(kit, scene, sent);
        const what = `the example ${example.name ?? ''} of ${message.type} (${brief(sent.value)})`;
        if (await expectAccepted(kit, scene, told, what, 'MUST')) {
          taken += 1;
          for (const place of copiedPlaces(told)) {
            expectRelayed(told, place, valueAt(sent.value, place), what, message.level);
          }
        }
        await rejoin(kit, scene, message);
      }
      if (taken === 0) throw new Failed(`an example of ${message.type} is taken`, 'none', { reason: 'rejected' });
    },
  ),
};

interface Bound {
  readonly name: string;
  readonly place: string;
  readonly value: unknown;
  readonly level: Level;
}

const astral = '\u{1f409}';
/** Of no depth where they stand in a text, closed or not. */
const brackets = '[{"a":['.repeat(20);

/** Values at the bounds of one place, where the schema has any. */
function* boundsAt(schema: JsonSchema, place: string): Generator<Bound> {
  const listed = (schema['x-ws-should'] ?? []) as readonly string[];
  const at = (keyword: string, name: string, value: unknown): Bound => ({
    name: `${name} ${place}`,
    place,
    value,
    level: listed.includes(keyword) ? 'SHOULD' : 'MUST',
  });
  const { minLength, maxLength, minimum, maximum, enum: values } = schema;
  if (typeof minLength === 'number' && minLength > 0) yield at('minLength', 'shortest', 'x'.repeat(minLength));
  if (typeof maxLength === 'number') {
    yield at('maxLength', 'longest', 'x'.repeat(maxLength));
    yield at('maxLength', 'longest, in characters beyond the basic plane,', astral.repeat(maxLength));
  }
  if (typeof minimum === 'number') yield at('minimum', 'least', minimum);
  if (typeof maximum === 'number') yield at('maximum', 'greatest', maximum);
  if (Array.isArray(values)) for (const value of values) yield at('enum', `${brief(value)} at`, value);
  const types = [schema.type].flat();
  if (types.includes('string') && maxLength === undefined && values === undefined && !('const' in schema)) {
    yield at('type', 'characters of all kinds', `\u00e4\u{1f409}\u200d"\\ \u2028 <b> \u05d0 \u0000`.trim());
  }
  const isShort = typeof maxLength === 'number' && maxLength < brackets.length;
  if (types.includes('string') && !isShort && values === undefined && !('const' in schema)) {
    yield at('type', 'brackets and quotes', brackets);
  }
  if (types.includes('number')) yield at('type', 'a fraction', 1.5);
  if (types.includes('boolean')) for (const value of [true, false]) yield at('type', `${value} at`, value);
}

function* boundsOf(
  unresolved: JsonSchema,
  place: string,
  kit: Kit,
  whole: unknown,
  above: readonly JsonSchema[] = [],
): Generator<Bound> {
  const schema = resolved(unresolved, kit);
  // A schema inside itself has no bounds that were not tried already.
  if (above.includes(schema)) return;
  yield* boundsAt(schema, place);
  const listed = (schema['x-ws-should'] ?? []) as readonly string[];
  const present = valueAt(whole, place);
  if (Array.isArray(present) && present.length > 0) {
    for (const keyword of ['minItems', 'maxItems'] as const) {
      const count = schema[keyword];
      if (typeof count !== 'number' || count === 0) continue;
      const level = listed.includes(keyword) ? 'SHOULD' : 'MUST';
      yield { name: `${keyword} ${place}`, place, value: Array(count).fill(present[0]), level };
    }
  }
  for (const [name, inner] of Object.entries((schema.properties ?? {}) as Record<string, JsonSchema>)) {
    yield* boundsOf(inner, place + toPointer([name]), kit, whole, [...above, schema]);
  }
}

function resolved(schema: JsonSchema, kit: Kit): JsonSchema {
  let at = schema;
  for (let depth = 0; depth < 20 && typeof at.$ref === 'string'; depth += 1) {
    at = kit.contract.definitions[at.$ref.replace('#/definitions/', '')] ?? {};
  }
  return at;
}

export const boundsAccepted: Rule = {
  id: 'validation/bounds-accepted',
  level: 'MUST',
  role: 'server',
  sentence:
    'A message at a bound of its schema is taken, and its content is relayed unchanged; lengths count code points.',
  cases: perMessage(
    (_channel, message) => message.level,
    () => true,
    async (kit, scene, message) => {
      const { channel } = kit;
      const reserved = [...reservedPlaces(kit, message), channel.envelope.discriminator, channel.envelope.timestamp];
      const idPlaces = [channel.envelope.id, message.idempotent?.property, message.reply?.correlation?.request];
      const base = kit.message(message.key, addressed(kit, message.key, scene));
      const bounds = [...boundsOf(message.schema, '', kit, base.value)]
        .filter(({ place }) => !reserved.includes(place))
        .sort((left, right) => Number(left.level === 'SHOULD') - Number(right.level === 'SHOULD'));
      const told = await tell(kit, scene, base);
      await expectAccepted(kit, scene, told, `a valid ${message.type}`, message.level);
      await rejoin(kit, scene, message);
      for (const bound of bounds) {
        const isId = idPlaces.includes(bound.place);
        // An id is for once: only the longest has room for something that no other message has.
        if (isId && !bound.name.startsWith('longest /')) continue;
        const value = isId ? uniqueText('c-').padEnd(String(bound.value).length, 'x') : bound.value;
        const options = addressed(kit, message.key, scene);
        const sent = kit.message(message.key, { with: { ...options.with, [bound.place]: value } });
        const isTooLong = Buffer.byteLength(sent.text) > (channel.limits.message?.bytes ?? Number.POSITIVE_INFINITY);
        if (isTooLong || !kit.schemaAccepts(sent)) continue;
        const seen = await tell(kit, scene, sent);
        const what = `${message.type}, ${bound.name}`;
        const level = lowest(bound.level, message.level);
        const isTaken = await expectAccepted(kit, scene, seen, what, level);
        // That replies carry the id is a rule of its own.
        if (isTaken && !isId) expectRelayed(seen, bound.place, value, what, level);
        await rejoin(kit, scene, message);
      }
    },
  ),
};

/** Places of the message that a trigger copies, ids apart: that replies carry them is a rule of its own. */
function copiedPlaces({ outcomes, sent }: Told): readonly string[] {
  return outcomes
    .flatMap(({ effect }) => effect.triggers)
    .flatMap((one) => (one.on === 'message' && one.message === sent.key ? one.fields : []))
    .flatMap(({ source }) => (source.from === 'message' ? [source.pointer] : []))
    .filter((place) => valueAt(sent.value, place) !== undefined && valueAt(sent.value, place) !== sent.id);
}

/** What a trigger copies from that place arrived as it was sent. */
function expectRelayed(told: Told, place: string, value: unknown, what: string, level: Level): void {
  for (const [index, { effect }] of told.outcomes.entries()) {
    for (const trigger of effect.triggers) {
      if (trigger.on !== 'message' || trigger.message !== told.sent.key) continue;
      for (const { source, target } of trigger.fields) {
        if (source.from !== 'message' || source.pointer !== place) continue;
        const seen = valueAt(told.seen[index]?.value, target);
        if (sameJson(seen, value)) continue;
        const wanted = `${what}: ${target} as it was sent (${brief(value)})`;
        throw new Failed(wanted, brief(seen), { reason: 'changed', level });
      }
    }
  }
}
