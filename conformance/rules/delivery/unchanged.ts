// Rules about what a message says where it arrives: the text that was sent, to the last space, and the room that it was meant for.
import type { Channel, ClientMessage, Contract, Level, ServerMessage } from '../../../scripts/model.ts';
import type { Connection, Received } from '../../harness/connection.ts';
import { type BuildOptions, MessageBuilder, uniqueText } from '../../harness/messages.ts';
import { brief, valueAt } from '../../harness/pointer.ts';
import { Schemas } from '../../harness/schemas.ts';
import { isShared } from '../../harness/sharing.ts';
import type { Kit } from '../../kit.ts';
import { type Case, Failed, lowest, type Rule } from '../../rule.ts';
import { roleFor } from '../validation/scene.ts';
import { causeOf, relayCase } from './receivers.ts';
import { copiesFor } from './truth-table.ts';

/** A trigger's fields of one origin, each with the level of what it says. */
function placesFrom(effect: ServerMessage, cause: ClientMessage, from: 'message' | 'room') {
  return effect.triggers.flatMap((one) =>
    one.on === 'message' && one.message === cause.key
      ? one.fields.flatMap(({ source, target }) => {
          const level: Level = one.should?.includes(target) ? 'SHOULD' : 'MUST';
          return source.from === from ? [{ source, target, level }] : [];
        })
      : [],
  );
}

/** Waits until one with that text in it came. */
async function arrived(
  connection: Connection,
  from: number,
  isIt: (message: Received) => boolean,
  patienceMs: number,
): Promise<Received | undefined> {
  const find = () => connection.messages.slice(from).find((message) => !message.fence && isIt(message));
  await connection.until(() => connection.ending !== null || find() !== undefined, patienceMs);
  return find();
}

/** Who gets it, of those at hand: the sender itself, else another user. */
function addressing(effect: ServerMessage, cause: ClientMessage, user: string): BuildOptions {
  const row = effect.triggers.find((one) => one.on === 'message' && one.message === cause.key);
  return row?.on === 'message' && row.user !== null ? { with: { [row.user]: user } } : {};
}

/** Spaces around it, letters that are written in more than one way, a ligature, and marks of HTML: what is trimmed, folded, normalised or escaped shows. */
const around = (core: string): string => `  ${core} e\u0301 \u00e9 \u212b \ufb01 A\u00a0b\u2003c <i>&amp;"'</i>\t `;

export const textUnchanged: Rule = {
  id: 'delivery/text-unchanged',
  level: 'MUST',
  role: 'server',
  sentence: 'A text arrives as it was sent: its spaces kept, and its letters in the form that the sender chose.',
  cases: (contract, channel) =>
    channel.serverMessages.flatMap((effect): readonly Case[] => {
      const cause = causeOf(channel, effect);
      if (cause === null || effect.delivery === null) return [];
      const places = copiedTexts(contract, channel, effect, cause);
      if (places.length === 0) return [];
      return [relayCase(channel, effect, cause, (kit) => checkText(kit, effect, cause, places))];
    }),
};

interface Copied {
  /** Where the text is in the server message. */
  readonly target: string;
  readonly level: Level;
}

/** Where a text of the client message that may be any comes to be in the server message. */
function copiedTexts(
  contract: Contract,
  channel: Channel,
  effect: ServerMessage,
  cause: ClientMessage,
): readonly Copied[] {
  const schemas = new Schemas(contract);
  const built = new MessageBuilder(channel, schemas).build(cause, { marker: around(uniqueText('m-')) }, null);
  const place = built.markerPointer;
  if (place === null || built.marker === null || !schemas.accepts(cause.schema, built.value)) return [];
  return placesFrom(effect, cause, 'message').flatMap(({ source, target, level }) => {
    const isCopied = source.from === 'message' && `${place}/`.startsWith(`${source.pointer}/`);
    return isCopied ? [{ target: target + place.slice(source.pointer.length), level }] : [];
  });
}

async function checkText(
  kit: Kit,
  effect: ServerMessage,
  cause: ClientMessage,
  places: readonly Copied[],
): Promise<void> {
  const [first, second] = kit.users;
  const role = roleFor(cause);
  const party = await kit.party({
    sender: { user: role === null ? first! : kit.withRole(role) },
    witness: { user: second! },
  });
  const { sender, witness } = party as { sender: Connection; witness: Connection };
  // What comes back to its sender may be no more than an echo.
  const receiver = copiesFor(effect.delivery!.to, 'peer1') > 0 ? witness : sender;
  const from = receiver.messages.length;
  const core = uniqueText('m-');
  const text = around(core);
  const sent = await kit.send(sender, cause.key, { marker: text, ...addressing(effect, cause, second!.id) });
  // On this server it names what exists, and has no text of the sender's own.
  if (sent.marker === null) return;
  const isIt = (message: Received) => message.key === effect.key && message.text.includes(core);
  const seen = await arrived(receiver, from, isIt, kit.patienceMs);
  if (seen === undefined) {
    throw new Failed(`${effect.type} with ${shown(text)} on ${receiver.name}`, receiver.describe(), {
      reason: 'missing',
    });
  }
  for (const { target, level } of places) {
    const got = valueAt(seen.value, target);
    if (got === text) continue;
    throw new Failed(`${target} as it was sent: ${shown(text)}`, shown(got), { reason: 'changed', level });
  }
}

/** With every character beyond ASCII told by its number: two forms of a letter look alike. */
function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.replace(/[^\x20-\x7e]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

export const namesItsRoom: Rule = {
  id: 'delivery/names-its-room',
  level: 'MUST',
  role: 'server',
  sentence: 'A message that was said in another joined room than that of the address names the room it was said in.',
  cases: (_contract, channel) =>
    speaksElsewhere(channel)
      ? channel.serverMessages.flatMap((effect): readonly Case[] => {
          const cause = causeOf(channel, effect);
          if (cause === null || roleFor(cause) !== null) return [];
          if (effect.delivery === null || copiesFor(effect.delivery.to, 'peer1') === 0) return [];
          if (placesFrom(effect, cause, 'room').length === 0) return [];
          const { join } = channel.room ?? {};
          const joining = channel.clientMessages.find(({ key }) => key === join?.message);
          return [
            {
              channel: channel.name,
              message: effect.type,
              level: lowest(
                effect.level,
                effect.delivery.level,
                cause.level,
                join?.level ?? 'MUST',
                joining?.level ?? 'MUST',
              ),
              source: effect.source,
              needs: { users: 2, rooms: 2 },
              run: (kit) => checkRoom(kit, effect, cause),
            },
          ];
        })
      : [],
};

/** Where a connection may be in several rooms, and a message says which it is for. */
function speaksElsewhere(channel: Channel): boolean {
  const { room } = channel;
  return !isShared(channel) && room?.selector != null && room.join !== null && !room.join.onlyAddress;
}

async function checkRoom(kit: Kit, effect: ServerMessage, cause: ClientMessage): Promise<void> {
  const [here, there] = kit.rooms as [string, string];
  const [first, second] = kit.users;
  const sender = await kit.joined({ name: 'sender', user: first!, room: here });
  const witness = await kit.joined({ name: 'member of the other room', user: second!, room: there });
  await kit.join(sender, there);
  await kit.quiesce([sender, witness]);
  const from = witness.messages.length;
  await kit.send(sender, cause.key, { room: there, ...addressing(effect, cause, second!.id) });
  const seen = await arrived(witness, from, ({ key }) => key === effect.key, kit.patienceMs);
  if (seen === undefined) {
    throw new Failed(`${effect.type} of room ${there} on ${witness.name}`, witness.describe(), { reason: 'missing' });
  }
  for (const { target, level } of placesFrom(effect, cause, 'room')) {
    const named = valueAt(seen.value, target);
    if (String(named) === there) continue;
    throw new Failed(`${target} is ${brief(there)}, where it was said`, brief(named), { reason: 'wrong-room', level });
  }
}
