// Rules about what a connection is told when it joins: to it alone, with the content that the contract says, each time.
import type { Channel, JsonSchema, ServerMessage } from '../../../scripts/model.ts';
import type { Connection, Received } from '../../harness/connection.ts';
import { brief, pointerKeys, toPointer, valueAt } from '../../harness/pointer.ts';
import type { User } from '../../harness/users.ts';
import type { Kit } from '../../kit.ts';
import { Failed, lowest, type Rule } from '../../rule.ts';
import { longCaseMs } from '../validation/scene.ts';

function isWelcome(channel: Channel, message: ServerMessage): boolean {
  const join = channel.clientMessages.find(({ key }) => key === channel.room?.join?.message);
  const isAnswer = !channel.room?.joinOnOpen && join?.reply?.messages.includes(message.key) === true;
  return message.delivery?.to === 'direct' && (isAnswer || message.triggers.some(({ on }) => on === 'join'));
}

function perWelcome(
  applies: (channel: Channel, message: ServerMessage) => boolean,
  run: (kit: Kit, message: ServerMessage) => Promise<void>,
  level: 'MUST' | 'SHOULD' = 'MUST',
): Rule['cases'] {
  return (_contract, channel) =>
    channel.serverMessages
      .filter((message) => isWelcome(channel, message) && applies(channel, message))
      .map((message) => ({
        channel: channel.name,
        message: message.type,
        level: lowest(message.level, message.delivery?.level ?? 'MUST', level),
        source: message.delivery?.source ?? message.source,
        needs: { users: 2 },
        timeoutMs: longCaseMs,
        run: (kit) => run(kit, message),
      }));
}

async function welcomeOf(kit: Kit, connection: Connection, message: ServerMessage, from: number): Promise<Received> {
  const find = () => connection.messages.slice(from).find(({ key }) => key === message.key);
  await connection.until(() => find() !== undefined || connection.ending !== null, kit.patienceMs);
  const found = find();
  if (found !== undefined) return found;
  throw new Failed(`a ${message.type} on ${connection.name}`, connection.describe(), { reason: 'missing' });
}

function expectCount(connection: Connection, message: ServerMessage, from: number, wanted: number): void {
  const count = connection.messages.slice(from).filter(({ key }) => key === message.key).length;
  if (count === wanted) return;
  const reason = wanted === 0 ? 'leaked' : count > wanted ? 'duplicate' : 'missing';
  throw new Failed(`${wanted} ${message.type} on ${connection.name}`, `${count}`, { reason });
}

function expectContent(kit: Kit, message: ServerMessage, user: User, seen: Received, room: string | null): void {
  const expected = kit.expected(message.key, { user, sent: null, on: 'join', room });
  const wrong = expected.mismatch(seen.value);
  if (wrong === '') return;
  const level = expected.level(seen.value);
  throw new Failed(`${message.type} as the contract says`, wrong, { reason: 'wrong-content', level });
}

export const welcome: Rule = {
  id: 'delivery/welcome',
  level: 'MUST',
  role: 'server',
  sentence:
    'What a connection is told on joining comes to it once, with the content that the contract says, and to nobody else.',
  cases: perWelcome(
    () => true,
    async (kit, message) => {
      const [first, second] = kit.users;
      const party = await kit.party({ 'own other connection': { user: second! }, member: { user: first! } });
      const others = Object.values(party);
      const from = others.map((connection) => connection.messages.length);
      const newcomer = await kit.joined({ name: 'newcomer', user: second! });
      const seen = await welcomeOf(kit, newcomer, message, 0);
      await kit.fence([...others, newcomer]);
      for (const [index, other] of others.entries()) expectCount(other, message, from[index] ?? 0, 0);
      expectCount(newcomer, message, 0, 1);
      expectContent(kit, message, second!, seen, newcomer.room);
    },
  ),
};

export const welcomeAgain: Rule = {
  id: 'delivery/welcome-again',
  level: 'MUST',
  role: 'server',
  sentence: 'Joining again is harmless: the connection is told the same as the first time, and nobody else is.',
  cases: perWelcome(
    (channel) => channel.room?.join != null,
    async (kit, message) => {
      const [first, second] = kit.users;
      const party = await kit.party({ member: { user: first! }, again: { user: second! } });
      const { member, again } = party as { member: Connection; again: Connection };
      const row = kit.room?.join;
      const from = [member.messages.length, again.messages.length];
      await kit.send(again, row?.message ?? '', row?.room == null ? {} : { room: kit.rooms[0]! });
      const seen = await welcomeOf(kit, again, message, from[1] ?? 0);
      await kit.fence([member, again]);
      expectCount(again, message, from[1] ?? 0, 1);
      expectCount(member, message, from[0] ?? 0, 0);
      expectContent(kit, message, second!, seen, again.room);
    },
  ),
};

/** Where a welcome lists users: arrays whose entries have the property by which presence names the user. */
function listPlaces(
  channel: Channel,
  schema: JsonSchema,
  definitions: Readonly<Record<string, JsonSchema>>,
  at = '',
): readonly string[] {
  const name = pointerKeys(channel.room?.presence?.user ?? '').at(-1);
  if (name === undefined || at.split('/').length > 6) return [];
  const known = resolved(schema, definitions);
  const properties = (known?.properties ?? {}) as Record<string, JsonSchema>;
  return Object.entries(properties).flatMap(([key, inner]) => {
    const place = at + toPointer([key]);
    const entry = resolved(resolved(inner, definitions)?.items as JsonSchema | undefined, definitions);
    const isList = entry !== undefined && Object.hasOwn((entry.properties ?? {}) as object, name);
    return isList && isOfUsers(channel, entry, definitions) ? [place] : listPlaces(channel, inner, definitions, place);
  });
}

/** Whether an entry needs nothing but what presence tells of a user: a list of what users said names users too. */
function isOfUsers(channel: Channel, entry: JsonSchema, definitions: Readonly<Record<string, JsonSchema>>): boolean {
  const presence = channel.room?.presence;
  const told = channel.serverMessages.find(({ key }) => key === presence?.joined.message);
  let at: JsonSchema | undefined = told?.schema;
  for (const key of pointerKeys(presence?.user ?? '').slice(0, -1)) {
    at = ((resolved(at, definitions)?.properties ?? {}) as Record<string, JsonSchema>)[key];
  }
  const known = (resolved(at, definitions)?.properties ?? {}) as object;
  return ((entry.required ?? []) as readonly string[]).every((name) => Object.hasOwn(known, name));
}

function resolved(
  schema: JsonSchema | undefined,
  definitions: Readonly<Record<string, JsonSchema>>,
): JsonSchema | undefined {
  return typeof schema?.$ref === 'string' ? definitions[schema.$ref.replace('#/definitions/', '')] : schema;
}

export const welcomeLists: Rule = {
  id: 'delivery/welcome-lists-users',
  level: 'SHOULD',
  role: 'server',
  sentence:
    'A list of users in what a connection is told on joining has each user that is there once, the newcomer included, and none that has gone.',
  cases: (contract, channel) =>
    perWelcome(
      (one, message) => listPlaces(one, message.schema, contract.definitions).length > 0,
      async (kit, message) => {
        const [first, second] = kit.users;
        const name = pointerKeys(kit.channel.room?.presence?.user ?? '').at(-1) ?? '';
        const places = listPlaces(kit.channel, message.schema, kit.contract.definitions);
        const member = await kit.joined({ name: 'member', user: first! });
        await kit.joined({ name: "the member's other connection", user: first! });
        const gone = await kit.joined({ name: 'newcomer', user: second! });
        expectUsers(await welcomeOf(kit, gone, message, 0), places, name, [first!.id, second!.id]);
        await gone.close();
        await kit.fence([member]);
        const alone = await kit.joined({ name: 'after the newcomer has gone', user: first! });
        expectUsers(await welcomeOf(kit, alone, message, 0), places, name, [first!.id]);
      },
      'SHOULD',
    )(contract, channel),
};

function expectUsers(seen: Received, places: readonly string[], name: string, wanted: readonly string[]): void {
  for (const place of places) {
    const list = valueAt(seen.value, place);
    if (list === undefined) continue;
    const ids = Array.isArray(list) ? list.map((entry) => String(valueAt(entry, toPointer([name])))) : [];
    if ([...ids].sort().join() === [...wanted].sort().join()) continue;
    throw new Failed(`${brief(wanted)} in ${place}`, brief(list), {
      reason: ids.length > wanted.length ? 'too-many' : 'missing',
    });
  }
}
