// Compares the messages of a channel: which came, went or were renamed, and what became of those that stayed.
import type { Channel, Contract, JsonSchema, Message, Pointer, ServerMessage } from '../model.ts';
import { type Breaks, both, type Change, isSame, nobody, type Side, servers } from './change.ts';
import { compareClientRules, compareServerRules } from './message-rules.ts';
import { compareSchemas } from './schema.ts';

export interface Versions<T> {
  readonly before: T;
  readonly after: T;
}

/** Those who send a message, and those who receive it. */
interface Direction {
  readonly sender: Side;
  readonly receiver: Side;
}

export function compareMessages(contracts: Versions<Contract>, channels: Versions<Channel>): readonly Change[] {
  const { before, after } = channels;
  const toServer: Direction = { sender: 'client', receiver: 'server' };
  const toClient: Direction = { sender: 'server', receiver: 'client' };
  return [
    ...compareList(before.clientMessages, after.clientMessages, toServer, compareClientRules, (one) =>
      one.level === 'SHOULD' ? nobody : servers,
    ),
    ...compareList(before.serverMessages, after.serverMessages, toClient, compareServerRules, causedByOthers),
  ];

  function compareList<M extends Message>(
    old: readonly M[],
    now: readonly M[],
    direction: Direction,
    compareRules: (place: { channel: string; message: string }, before: M, after: M) => readonly Change[],
    whenAdded: (message: M) => Breaks,
  ): readonly Change[] {
    const pairs = new Map(now.map((one) => [one, old.find(({ key }) => key === one.key)]));
    const gone = new Set(old.filter(({ key }) => !now.some((one) => one.key === key)));
    const changes: Change[] = [];
    for (const [one, was] of pairs) {
      const renamed = was ?? [...gone].find((other) => isAlike(other, one));
      const place = { channel: after.name, message: one.key };
      if (renamed === undefined) {
        const sentence = `the message ${one.type} is new`;
        changes.push(made('message/added', place, sentence, whenAdded(one), one));
        continue;
      }
      gone.delete(renamed);
      if (renamed.type !== one.type) {
        const sentence = `on the wire it was ${renamed.type}, is ${one.type}`;
        changes.push(made('message/renamed', place, sentence, both, one));
      } else if (renamed.key !== one.key) {
        const sentence = `its key was ${renamed.key}, is ${one.key}: the same on the wire, another name in generated code`;
        changes.push(made('message/key', place, sentence, nobody, one));
      }
      changes.push(...compareSchema(place, renamed, one, direction), ...compareRules(place, renamed, one));
    }
    for (const one of gone) {
      const place = { channel: after.name, message: one.key };
      const sentence = `the message ${one.type} is gone`;
      const breaks = one.level === 'SHOULD' ? [direction.sender] : both;
      changes.push({ ...made('message/removed', place, sentence, breaks, one), gone: true });
    }
    return changes;
  }

  function compareSchema(
    place: { channel: string; message: string },
    old: Message,
    now: Message,
    { sender, receiver }: Direction,
  ): readonly Change[] {
    const definitions = { before: contracts.before.definitions, after: contracts.after.definitions };
    return compareSchemas(old.schema, now.schema, definitions)
      .filter(({ pointer, keyword }) => pointer !== after.envelope.discriminator || keyword !== 'enum')
      .map(({ keyword, sentence, tighter, looser, weak }) => {
        const breaks: Breaks = [...(tighter ? [sender] : []), ...(looser ? [receiver] : [])];
        return made(`schema/${keyword}`, place, sentence, weak ? nobody : breaks, now);
      });
  }

  /** Whether one is the other under another name: all but the discriminator is the same. */
  function isAlike(old: Message, now: Message): boolean {
    const bare = (schema: JsonSchema, pointer: Pointer | null): unknown => {
      const { title: _, description: __, ...rest } = schema;
      const name = pointer?.split('/')[1];
      if (name === undefined) return rest;
      const { [name]: ___, ...properties } = (schema.properties ?? {}) as { [name: string]: unknown };
      return { ...rest, properties };
    };
    return isSame(bare(old.schema, before.envelope.discriminator), bare(now.schema, after.envelope.discriminator));
  }
}

/** A new message that the server must send at some event, old servers do not send. */
function causedByOthers(message: ServerMessage): Breaks {
  const isDue =
    message.level === 'MUST' && message.triggers.some(({ on, level }) => on !== 'server' && level === 'MUST');
  return isDue ? servers : nobody;
}

function made(
  id: string,
  place: { channel: string; message: string },
  sentence: string,
  breaks: Breaks,
  { source }: Message,
): Change {
  return { id, ...place, sentence, breaks, source, gone: false };
}
