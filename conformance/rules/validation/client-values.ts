// Rules about what a client adds of its own: properties that the contract does not know, and those that only the server sets.
import type { ClientMessage, Field, Level, ServerMessage } from '../../../scripts/model.ts';
import { type BuildOptions, type Built, uniqueText } from '../../harness/messages.ts';
import { brief, pointerKeys, sameJson, toPointer, valueAt, withValueAt } from '../../harness/pointer.ts';
import type { Kit } from '../../kit.ts';
import { Failed, lowest, type Rule } from '../../rule.ts';
import { perMessage, validControl } from './invalid.ts';
import { addressed, expectServed, expectTaken, rejoin, type Scene, type Told, tell } from './scene.ts';

/** Objects of the message to which a property may be added without it being content: the root, and the payload. */
function openPlaces(kit: Kit, message: ClientMessage, value: unknown): readonly string[] {
  const copied = kit
    .effectsOf(message.key)
    .flatMap((effect) => fieldsFrom(effect, message.key))
    .flatMap(({ source }) => (source.from === 'message' ? [source.pointer] : []));
  const { payload } = kit.channel.envelope;
  return ['', ...(payload === null ? [] : [payload])].filter(
    (place) => !copied.includes(place) && isObject(valueAt(value, place)),
  );
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function fieldsFrom(effect: ServerMessage, key: string): readonly Field[] {
  return effect.triggers.flatMap((one) => (one.on === 'message' && one.message === key ? one.fields : []));
}

function withUnknown(kit: Kit, scene: Scene, message: ClientMessage, mark: string): Built {
  const built = kit.message(message.key, addressed(kit, message.key, scene));
  let { value } = built;
  for (const place of openPlaces(kit, message, value)) {
    value = withValueAt(value, place + toPointer([`unknown-${mark}`]), { [mark]: mark });
  }
  return { ...built, value, text: JSON.stringify(value) };
}

export const unknownAccepted: Rule = {
  id: 'validation/unknown-properties-accepted',
  level: 'SHOULD',
  role: 'server',
  sentence: 'A message with properties that the contract does not know is taken as if they were not there.',
  cases: perMessage(
    () => 'SHOULD',
    (_channel, message) => message.schema.additionalProperties !== false,
    async (kit, scene, message) => {
      await validControl(kit, scene, message);
      const sent = withUnknown(kit, scene, message, uniqueText('u-'));
      if (!kit.schemaAccepts(sent)) return;
      const told = await tell(kit, scene, sent);
      expectTaken(scene, told, `${message.type} with an unknown property (${brief(sent.value)})`);
      if (told.outcomes.length === 0) await expectServed(kit, scene);
    },
  ),
};

export const unknownNotRelayed: Rule = {
  id: 'validation/unknown-properties-not-relayed',
  level: 'SHOULD',
  role: 'server',
  sentence: 'Properties that the contract does not know are relayed to nobody.',
  cases: perMessage(
    () => 'SHOULD',
    (channel, message) =>
      channel.serverMessages.some((effect) => fieldsFrom(effect, message.key).length > 0) &&
      message.schema.additionalProperties !== false,
    async (kit, scene, message) => {
      await validControl(kit, scene, message);
      const mark = uniqueText('u-');
      const from = [scene.sender, scene.witness].map((connection) => connection.messages.length);
      await tell(kit, scene, withUnknown(kit, scene, message, mark));
      for (const [index, connection] of [scene.sender, scene.witness].entries()) {
        const relayed = connection.messages.slice(from[index]).find(({ text }) => text.includes(mark));
        if (relayed === undefined) continue;
        throw new Failed(`nothing of unknown-${mark} on ${connection.name}`, brief(relayed.value), {
          reason: 'relayed',
        });
      }
    },
  ),
};

/** A value of the client's for something that the server knows better. */
function forged(field: Field): unknown {
  switch (field.source.from) {
    case 'now':
      return '2001-01-01T00:00:00.000Z';
    case 'user-id':
      return 'forged-user';
    default:
      return `forged-${uniqueText('')}`;
  }
}

function isServers(field: Field): boolean {
  return ['user-id', 'user-name', 'now', 'new-id', 'room'].includes(field.source.from);
}

/**
 * The places at which a client may hope that the server takes it: the target's own, and the same names within the payload and at
 * the root. Only where the schema says nothing of them: what it names is the client's to say. An envelope's timestamp is named,
 * and is still no time of the server's.
 */
function forgeryPlaces(kit: Kit, message: ClientMessage, field: Field): readonly string[] {
  const { payload, timestamp } = kit.channel.envelope;
  const keys = pointerKeys(field.target);
  const places = new Set([field.target]);
  for (let cut = 0; cut < keys.length; cut += 1) {
    const tail = toPointer(keys.slice(cut));
    places.add(tail);
    if (payload !== null) places.add(payload + tail);
  }
  const example = kit.message(message.key).value;
  const free = [...places].filter((place) => !isNamed(kit, message, place) && canHold(example, place));
  return field.source.from === 'now' && timestamp !== null ? [...free, timestamp] : free;
}

function isNamed(kit: Kit, message: ClientMessage, place: string): boolean {
  const { id, discriminator, timestamp } = kit.channel.envelope;
  if ([id, discriminator, timestamp, kit.channel.room?.selector].includes(place)) return true;
  let at: unknown = message.schema;
  for (const key of pointerKeys(place)) {
    const schema = at as { properties?: Record<string, unknown>; $ref?: string } | undefined;
    const referred = schema?.$ref?.replace('#/definitions/', '');
    const known = referred === undefined ? schema : (kit.contract.definitions[referred] as typeof schema);
    if (known?.properties === undefined || !Object.hasOwn(known.properties, key)) return false;
    at = known.properties[key];
  }
  return true;
}

/** Nothing on the way is a value that is no object. */
function canHold(value: unknown, place: string): boolean {
  const keys = pointerKeys(place);
  return keys.every((_key, index) => {
    const at = valueAt(value, toPointer(keys.slice(0, index)));
    return at === undefined || isObject(at);
  });
}

export const serverFieldsNotTaken: Rule = {
  id: 'validation/server-fields-not-taken',
  level: 'MUST',
  role: 'server',
  sentence: 'What the server adds itself, such as sender, time and id, is never taken from the client.',
  cases: (contract, channel) =>
    perMessage(
      () => 'MUST',
      (_channel, message) => channel.serverMessages.some((effect) => fieldsFrom(effect, message.key).some(isServers)),
      async (kit, scene, message) => {
        try {
          await validControl(kit, scene, message);
          for (const effect of kit.effectsOf(message.key)) {
            for (const field of fieldsFrom(effect, message.key).filter(isServers)) {
              for (const place of forgeryPlaces(kit, message, field)) {
                await forge(kit, scene, message, field, place);
              }
            }
          }
        } catch (error) {
          throw asOfMessage(error, message.level);
        }
      },
    )(contract, channel),
};

/** Who says it is given for whatever a server relays; that the server knows the message at all may have been decided. */
function asOfMessage(error: unknown, level: Level): unknown {
  if (!(error instanceof Failed) || error.reason === 'taken') return error;
  const { expected, observed, reason = 'missing' } = error;
  return new Failed(expected, observed, { reason, level: lowest(level, error.level ?? 'MUST') });
}

async function forge(kit: Kit, scene: Scene, message: ClientMessage, field: Field, place: string): Promise<void> {
  const lie = forged(field);
  const options: BuildOptions = addressed(kit, message.key, scene);
  const sent = kit.message(message.key, { with: { ...options.with, [place]: lie } });
  if (!kit.schemaAccepts(sent)) return;
  const told: Told = await tell(kit, scene, sent);
  await rejoin(kit, scene, message);
  for (const [index, outcome] of told.outcomes.entries()) {
    if (!fieldsFrom(outcome.effect, message.key).includes(field)) continue;
    const seen = valueAt(told.seen[index]?.value, field.target);
    if (!sameJson(seen, lie)) continue;
    const trigger = outcome.effect.triggers.find((one) => one.on === 'message' && one.message === message.key);
    throw new Failed(
      `${field.target} of ${outcome.effect.type} is the server's own, whatever the client puts at ${place}`,
      brief(seen),
      { reason: 'taken', level: lowest(trigger?.should?.includes(field.target) ? 'SHOULD' : 'MUST') },
    );
  }
}
