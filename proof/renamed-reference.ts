// The bundled server for the renamed contract: its own handlers, with every name translated on the way in and out.

import { channels } from '../reference-server/index.ts';
import type {
  CoreConnection,
  CoreContext,
  CoreHandlers,
  CoreRequest,
  CoreRoom,
  Store,
} from '../runtime/server/core.ts';
import type { BoundChannel } from '../runtime/server/facade.ts';
import { type ChannelContract, type ChannelTable, isRefusal, type Member, refuse } from '../runtime/server/index.ts';
import { renamed, renamedPointer } from '../scripts/rename/names.ts';
import { renameValue } from '../scripts/rename/rename-schema.ts';

type Translate = (value: unknown) => unknown;

/** Renaming is its own inverse: the same translates back, by the places of the other contract. */
const translator =
  ({ envelope, error }: ChannelTable): Translate =>
  (value) =>
    renameValue(value, '', { discriminator: envelope.discriminator, code: error?.code ?? null });

const keys = (row: { readonly [name: string]: unknown }): { readonly [name: string]: unknown } =>
  Object.fromEntries(Object.entries(row).map(([name, value]) => [renamed(name), value]));

const requestOf = ({ user, parameters, query, room }: CoreRequest): CoreRequest => ({
  user,
  parameters: keys(parameters),
  query: keys(query),
  room,
});

const connectionOf = (connection: CoreConnection, out: Translate): CoreConnection => ({
  ...requestOf(connection),
  id: connection.id,
  rooms: connection.rooms,
  roles: new Set([...connection.roles].map(renamed)),
  state: connection.state,
  send: (message) => connection.send(out(message)),
  close: (code, reason) => connection.close(code, reason),
});

const roomOf = (room: CoreRoom, out: Translate): CoreRoom => ({
  id: room.id,
  send: (message) => room.send(out(message)),
  sendKept: (message, kept) => room.sendKept(out(message), kept),
  others: (message) => room.others(out(message)),
  otherUsers: (message) => room.otherUsers(out(message)),
  members: () => room.members(),
});

/** Messages are kept as they were sent; what else a handler keeps is translated back as it was translated. */
const storeOf = (store: Store, into: Translate, out: Translate): Store => ({
  load: async (key) => into(await store.load(key)),
  save: (key, value) => store.save(key, out(value)),
  append: (list, value, keep) => store.append(list, out(value), keep),
  read: async (list, keep) => (await store.read(list, keep)).map(into),
});

const contextOf = (context: CoreContext, into: Translate, out: Translate): CoreContext => ({
  ...context,
  connection: connectionOf(context.connection, out),
  room: roomOf(context.room, out),
  message: context.message === undefined ? undefined : into(context.message),
  store: storeOf(context.store, into, out),
  toUsers: (users, message) => context.toUsers(users, out(message)),
  everyone: (message) => context.everyone(out(message)),
  remember: (answer) => context.remember(out(answer)),
});

/** What a handler gives or throws, in the other names. */
const told = async (work: () => unknown, out: Translate): Promise<unknown> => {
  try {
    const answer = await work();
    if (Array.isArray(answer)) return answer.map(out);
    return typeof answer === 'object' && answer !== null ? out(answer) : answer;
  } catch (error) {
    if (!isRefusal(error) || error.pointer === null) throw error;
    throw refuse(error.condition, error.message, renamedPointer(error.pointer));
  }
};

const handlersFor = (own: CoreHandlers, into: Translate, out: Translate): CoreHandlers => {
  const { authorize, opened, enter, joined, left, presence, state, on } = own;
  const within = (context: CoreContext): CoreContext => contextOf(context, into, out);
  const presented = (change: (member: Member, room: string) => unknown) => (member: Member, room: string) => {
    const message = change(member, room);
    return message === undefined ? undefined : out(message);
  };
  return {
    ...(authorize && {
      authorize: async (request) => {
        const admission = await authorize(requestOf(request));
        if (typeof admission !== 'object' || admission === null || !('roles' in admission)) return admission;
        return { ...admission, roles: (admission.roles as readonly string[]).map(renamed) };
      },
    }),
    ...(opened && { opened: (context) => told(() => opened(within(context)), out) }),
    // What it gives is kept with the member and never sent as it is.
    ...(enter && {
      enter: (context) =>
        told(
          () => enter(within(context)),
          (value) => value,
        ),
    }),
    ...(joined && { joined: (context) => told(() => joined(within(context)), out) }),
    ...(left && { left: (context) => told(() => left(within(context)), out) }),
    ...(presence && { presence: { joined: presented(presence.joined), left: presented(presence.left) } }),
    ...(state && {
      state: {
        initial: state.initial,
        reduce: (before, message) => state.reduce(before, into(message)),
        snapshot: (now, room) => out(state.snapshot(now, room)),
      },
    }),
    on: Object.fromEntries(
      Object.entries(on).map(([type, handle]) => [
        renamed(type),
        handle && ((message, context) => told(() => handle(into(message), within(context)), out)),
      ]),
    ),
  };
};

/** @param contracts the renamed channels, in the order of the contract */
export const renamedChannels = (contracts: readonly ChannelContract[]): readonly BoundChannel[] =>
  contracts.map((contract) => {
    const own = channels.find((channel) => channel.contract.table.name === renamed(contract.table.name))!;
    const [into, out] = [translator(contract.table), translator(own.contract.table)];
    return { contract, handlers: handlersFor(own.handlers as CoreHandlers, into, out) };
  });
