// Answers for a channel that has no handlers: each client message is answered by the messages that the contract says it
// causes, filled as the contract says, the rest from the examples.

import type { CoreContext, CoreHandlers } from '../server/core.ts';
import type { BoundChannel } from '../server/facade.ts';
import { fillMessage } from '../server/fill.ts';
import { readAt } from '../server/pointer.ts';
import { refuse } from '../server/refusal.ts';
import type { ChannelContract, ChannelTable, FieldTable } from '../server/table.ts';

export type MockTrigger = { readonly fields: readonly FieldTable[] } & (
  | { readonly on: 'message'; readonly message: string; readonly user: string | null }
  | { readonly on: 'open' | 'join' | 'leave' | 'timer' | 'server' }
);

/** A server message of the model: what causes it. */
export interface MockMessage {
  readonly type: string;
  readonly triggers: readonly MockTrigger[];
}

/** Who may not enter, who is missing, who has a role: by name, since a contract names nobody. */
const FORBIDDEN = 'forbidden';
const MISSING = 'missing';

interface Caused {
  readonly type: string;
  readonly trigger: MockTrigger;
}

const build = (table: ChannelTable, { type, trigger }: Caused, context: CoreContext): unknown =>
  fillMessage(table.server[type]?.template ?? {}, trigger.fields, {
    message: context.message,
    user: context.user,
    room: context.room.id,
    now: Date.parse(context.now),
  });

/** Sends what is not direct, and returns what is: in the order of the contract. */
const cause = async (table: ChannelTable, caused: readonly Caused[], context: CoreContext): Promise<unknown[]> => {
  const answers: unknown[] = [];
  for (const one of caused) {
    const message = build(table, one, context);
    const word = table.server[one.type]?.delivery;
    if (word === 'direct') answers.push(message);
    else if (word === 'room') await context.room.send(message);
    else if (word === 'others') await context.room.others(message);
    else if (word === 'other-users') await context.room.otherUsers(message);
    else if (word === 'everyone') await context.everyone(message);
    else if (word === 'user') {
      const place = one.trigger.on === 'message' ? one.trigger.user : null;
      const user = place === null ? context.user.id : readAt(context.message, place);
      await context.toUsers(String(user), message);
    }
  }
  return answers;
};

const causedBy = (messages: readonly MockMessage[], test: (trigger: MockTrigger) => boolean): Caused[] =>
  messages.flatMap(({ type, triggers }) => {
    const trigger = triggers.find(test);
    return trigger ? [{ type, trigger }] : [];
  });

const byMessage = (messages: readonly MockMessage[], key: string): Caused[] =>
  causedBy(messages, (trigger) => trigger.on === 'message' && trigger.message === key);

const handler =
  (table: ChannelTable, type: string, messages: readonly MockMessage[]) =>
  async (_message: unknown, context: CoreContext): Promise<unknown> => {
    const row = table.client[type]!;
    const answerTo = row.idempotent?.answer;
    const caused = byMessage(messages, row.key).filter((one) => one.type !== answerTo);
    const answers = await cause(table, caused, context);
    if (answerTo !== undefined) {
      const fields = messages.find((one) => one.type === answerTo)?.triggers[0]?.fields ?? [];
      context.remember(build(table, { type: answerTo, trigger: { on: 'server', fields } }, context));
    }
    const missing = (row.reply?.types ?? []).filter((reply) => !caused.some((one) => one.type === reply));
    return [
      ...answers,
      ...missing.slice(0, answers.length === 0 ? 1 : 0).map((reply) => table.server[reply]?.template),
    ];
  };

const handlersOf = (table: ChannelTable, messages: readonly MockMessage[]): CoreHandlers => {
  const { room, resync } = table;
  // The runtime sends these by itself.
  const own = new Set([room?.presence?.joined.type, room?.presence?.left.type, resync?.snapshot?.type]);
  const free = messages.filter(({ type }) => !own.has(type));
  const keyOf = (type: string | undefined): string => (type === undefined ? '' : (table.client[type]?.key ?? ''));
  const onJoining = causedBy(free, (trigger) => trigger.on === 'join');
  const onLeaving = causedBy(free, (trigger) => trigger.on === 'leave');
  const asked = (context: CoreContext, type: string | undefined): Caused[] =>
    context.by === 'message' ? byMessage(free, keyOf(type)) : [];
  const roles = new Set(
    Object.values(table.client).flatMap((row) => row.requires.flatMap((one) => ('role' in one ? [one.role] : []))),
  );
  return {
    authorize: ({ room: name, user }) => {
      if (name === MISSING) throw refuse('not-found', 'There is no such room.');
      if (name === FORBIDDEN) throw refuse('forbidden', 'This room is closed.');
      return { roles: [...roles].filter((role) => role === user.name) };
    },
    enter: (context) => {
      if (context.room.id === FORBIDDEN) throw refuse('forbidden', 'This room is closed.');
    },
    opened: async (context) => {
      const opening = causedBy(free, (trigger) => trigger.on === 'open');
      for (const answer of await cause(table, opening, context)) context.connection.send(answer);
    },
    joined: (context) => cause(table, [...onJoining, ...asked(context, room?.join?.type)], context),
    left: (context) => cause(table, [...onLeaving, ...asked(context, room?.leave?.type)], context),
    on: Object.fromEntries(Object.keys(table.client).map((type) => [type, handler(table, type, free)])),
  };
};

/** Binds a contract's channel to made-up handlers. `messages` are the server messages of the model's channel. */
export const mockChannel = (contract: ChannelContract, messages: readonly MockMessage[]): BoundChannel => ({
  contract,
  handlers: handlersOf(contract.table, messages),
});
