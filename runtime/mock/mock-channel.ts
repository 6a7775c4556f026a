// Answers for a channel that has no handlers: each client message is answered by the messages that the contract says it
// causes, filled as the contract says, the rest from the examples.

import type { CoreContext, CoreHandlers } from '../server/core.ts';
import type { BoundChannel } from '../server/facade.ts';
import { fillMessage } from '../server/fill.ts';
import { readAt, writeAt } from '../server/pointer.ts';
import { refuse } from '../server/refusal.ts';
import type { ChannelContract, ChannelTable, FieldTable } from '../server/table.ts';
import { withMembers } from './members.ts';

export type MockTrigger = { readonly fields: readonly FieldTable[] } & (
  | { readonly on: 'message'; readonly message: string; readonly user: string | null }
  | { readonly on: 'open' | 'join' | 'leave' | 'timer' | 'server' }
);

/** A server message of the model: what causes it. */
export interface MockMessage {
  readonly type: string;
  readonly triggers: readonly MockTrigger[];
}

/** A client message of the model: what the answer to a repeat of it carries over from what the first one caused. */
export interface MockRequest {
  readonly type: string;
  readonly idempotent: {
    readonly carries?: readonly { readonly from: string; readonly to: string }[];
    readonly echo: { readonly message: string } | null;
  } | null;
}

/** Which rooms are closed and which are missing: by name, since a contract names none; for names, numbers and UUIDs. */
const FORBIDDEN = /forbidden|403403|^00000000-0000-4000-8000-000000000000$/i;
const MISSING = /missing|404404|^ffffffff-ffff-4fff-8fff-ffffffffffff$/i;

interface Caused {
  readonly type: string;
  readonly trigger: MockTrigger;
}

const build = (table: ChannelTable, { type, trigger }: Caused, context: CoreContext): unknown =>
  fillMessage(
    table.server[type]?.template ?? {},
    trigger.fields,
    { message: context.message, user: context.user, room: context.room.id, now: Date.parse(context.now) },
    table.server[type]?.numbers,
  );
/** Sends what is not direct, and returns what is: in the order of the contract. `made` gets each message by its type. */
const cause = async (
  table: ChannelTable,
  caused: readonly Caused[],
  context: CoreContext,
  made = new Map<string, unknown>(),
): Promise<unknown[]> => {
  const answers: unknown[] = [];
  for (const one of caused) {
    const message = await withMembers(table, build(table, one, context), context);
    made.set(one.type, message);
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

/** What a repeat is answered with: the fields of its trigger, and what it carries over from the first one's message. */
const repeatAnswer = (
  table: ChannelTable,
  messages: readonly MockMessage[],
  key: string,
  type: string,
  request: MockRequest | undefined,
  made: ReadonlyMap<string, unknown>,
  context: CoreContext,
): unknown => {
  const triggers = messages.find((one) => one.type === type)?.triggers ?? [];
  const own = triggers.find((one) => one.on === 'message' && one.message === key) ?? triggers[0];
  let answer = build(table, { type, trigger: { on: 'server', fields: own?.fields ?? [] } }, context);
  const echo = request?.idempotent?.echo?.message;
  const echoed = Object.keys(table.server).find((one) => table.server[one]?.key === echo);
  for (const { from, to } of request?.idempotent?.carries ?? []) {
    const value = readAt(made.get(echoed ?? ''), from);
    if (value !== undefined) answer = writeAt(answer, to, value);
  }
  return answer;
};

const handler =
  (table: ChannelTable, type: string, messages: readonly MockMessage[], request: MockRequest | undefined) =>
  async (_message: unknown, context: CoreContext): Promise<unknown> => {
    const row = table.client[type]!;
    const answerTo = row.idempotent?.answer;
    const caused = byMessage(messages, row.key).filter((one) => one.type !== answerTo);
    const made = new Map<string, unknown>();
    const answers = await cause(table, caused, context, made);
    if (answerTo !== undefined)
      context.remember(repeatAnswer(table, messages, row.key, answerTo, request, made, context));
    const missing = (row.reply?.types ?? []).filter((reply) => !caused.some((one) => one.type === reply));
    return [
      ...answers,
      ...missing.slice(0, answers.length === 0 ? 1 : 0).map((reply) => table.server[reply]?.template),
    ];
  };

const handlersOf = (
  table: ChannelTable,
  messages: readonly MockMessage[],
  requests: readonly MockRequest[],
): CoreHandlers => {
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
      if (MISSING.test(name ?? '')) throw refuse('not-found', 'There is no such room.');
      if (FORBIDDEN.test(name ?? '')) throw refuse('forbidden', 'This room is closed.');
      return { roles: [...roles].filter((role) => role === user.name) };
    },
    enter: (context) => {
      if (FORBIDDEN.test(context.room.id)) throw refuse('forbidden', 'This room is closed.');
    },
    opened: async (context) => {
      const opening = causedBy(free, (trigger) => trigger.on === 'open');
      for (const answer of await cause(table, opening, context)) context.connection.send(answer);
    },
    joined: (context) => cause(table, [...onJoining, ...asked(context, room?.join?.type)], context),
    left: (context) => cause(table, [...onLeaving, ...asked(context, room?.leave?.type)], context),
    on: Object.fromEntries(
      Object.keys(table.client).map((type) => [
        type,
        handler(
          table,
          type,
          free,
          requests.find((one) => one.type === type),
        ),
      ]),
    ),
  };
};

/** Binds a contract's channel to made-up handlers. `messages` and `requests` are the server's and the client's messages of the
 * model's channel; without requests, the answer to a repeat carries nothing over. */
export const mockChannel = (
  contract: ChannelContract,
  messages: readonly MockMessage[],
  requests: readonly MockRequest[] = [],
): BoundChannel => ({
  contract,
  handlers: handlersOf(contract.table, messages, requests),
});
