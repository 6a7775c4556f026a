// Rules about the ids that a server gives to messages: clients drop what comes again, confirm and refer by them.
import type { ClientMessage, Level, ServerMessage } from '../../../scripts/model.ts';
import type { Connection, Received } from '../../harness/connection.ts';
import type { Built } from '../../harness/messages.ts';
import { brief, valueAt } from '../../harness/pointer.ts';
import type { Kit } from '../../kit.ts';
import { type Case, Failed, type Rule } from '../../rule.ts';
import { paceOn, roleFor } from '../validation/scene.ts';
import { causeOf, relayCase } from './receivers.ts';
import { copiesFor } from './truth-table.ts';

/** Messages sent in a row: more than one, to tell an id of each from one of all. */
const burst = 2;

interface Place {
  readonly pointer: string;
  readonly level: Level;
}

/** Where the contract lets the server write a new id. */
function newIdsOf(effect: ServerMessage, cause: ClientMessage): readonly Place[] {
  return effect.triggers.flatMap((trigger) =>
    trigger.on === 'message' && trigger.message === cause.key
      ? trigger.fields.flatMap(({ source, target }) =>
          source.from === 'new-id'
            ? [{ pointer: target, level: trigger.should?.includes(target) ? 'SHOULD' : 'MUST' } as const]
            : [],
        )
      : [],
  );
}

type Judge = (effect: ServerMessage, place: Place, seen: readonly Seen[]) => void;

/** One case for each message of a client's making that gets a new id. */
function perIdentified(judge: Judge): Rule['cases'] {
  return (_contract, channel) =>
    channel.serverMessages.flatMap((effect): readonly Case[] => {
      const cause = causeOf(channel, effect);
      if (cause === null || effect.delivery === null || effect.delivery.to === 'direct') return [];
      const places = newIdsOf(effect, cause);
      if (places.length === 0) return [];
      return [
        relayCase(channel, effect, cause, async (kit) => {
          const seen = await causeSome(kit, effect, cause);
          for (const place of places) judge(effect, place, seen);
        }),
      ];
    });
}

/** What one connection got of the burst, in the order in which it was sent. */
interface Seen {
  readonly connection: Connection;
  readonly messages: readonly Received[];
}

async function causeSome(kit: Kit, effect: ServerMessage, cause: ClientMessage): Promise<readonly Seen[]> {
  const [first, second] = kit.users;
  const role = roleFor(cause);
  const user = role === null ? first! : kit.withRole(role);
  const party = await kit.party({
    sender: { user },
    "sender's other connection": { user },
    peer: { user: second! },
    "peer's other connection": { user: second! },
  });
  const to = effect.delivery!.to;
  const [sender, ...rest] = Object.values(party) as [Connection, ...Connection[]];
  const [tab, ...peers] = rest;
  const receivers = [
    ...(copiesFor(to, 'sender') > 0 ? [sender] : []),
    ...(copiesFor(to, 'second') > 0 && tab !== undefined ? [tab] : []),
    ...peers,
  ];
  const row = effect.triggers.find((one) => one.on === 'message' && one.message === cause.key);
  const addressed = row?.on === 'message' && row.user !== null ? { with: { [row.user]: second!.id } } : {};
  const sent: Built[] = [];
  for (let count = 0; count < burst; count += 1) {
    await paceOn(kit, sender);
    sent.push(await kit.send(sender, cause.key, addressed));
  }
  return await Promise.all(
    receivers.map(async (connection) => {
      const copies = () => connection.inbox.filter(({ key, fence }) => key === effect.key && !fence);
      await connection.until(() => connection.ending !== null || copies().length >= burst, kit.patienceMs);
      const messages = sent.map(({ marker }, index) =>
        marker === null ? copies()[index] : copies().find(({ text }) => text.includes(marker)),
      );
      if (messages.every((message) => message !== undefined)) return { connection, messages };
      throw new Failed(`${burst} ${effect.type} on ${connection.name}`, connection.describe(), { reason: 'missing' });
    }),
  );
}

export const sameIdForAll: Rule = {
  id: 'delivery/same-id-for-all',
  level: 'MUST',
  role: 'server',
  sentence: 'Everyone who gets a message gets it under the same id.',
  cases: perIdentified((effect, { pointer, level }, seen) => {
    for (let index = 0; index < burst; index += 1) {
      const ids = seen.map(({ messages }) => valueAt(messages[index]?.value, pointer));
      const other = ids.findIndex((id) => id !== ids[0]);
      if (other < 0) continue;
      throw new Failed(
        `${effect.type} with one ${pointer} for all: ${brief(ids[0])}, as on ${seen[0]?.connection.name}`,
        `${brief(ids[other])} on ${seen[other]?.connection.name}`,
        { reason: 'differs', level },
      );
    }
  }),
};

export const idsDiffer: Rule = {
  id: 'delivery/ids-differ',
  level: 'MUST',
  role: 'server',
  sentence: 'No two messages have the same id.',
  cases: perIdentified((effect, { pointer, level }, seen) => {
    for (const { connection, messages } of seen) {
      const ids = messages.map(({ value }) => valueAt(value, pointer));
      if (new Set(ids).size === ids.length && !ids.includes(undefined)) continue;
      throw new Failed(`another ${pointer} for each ${effect.type} on ${connection.name}`, brief(ids), {
        reason: 'same',
        level,
      });
    }
  }),
};
