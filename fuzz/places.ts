// Where a fuzzed batch goes: the channels of a contract with their addresses, rooms and users, from a target file.
import { channelUrl } from '../conformance/harness/address.ts';
import { MessageBuilder } from '../conformance/harness/messages.ts';
import { mutationsOf } from '../conformance/harness/mutations.ts';
import { fits } from '../conformance/harness/rooms.ts';
import { Schemas } from '../conformance/harness/schemas.ts';
import { makeToken } from '../conformance/harness/tokens.ts';
import type { Target, UserEntry } from '../conformance/target/target.ts';
import type { Channel, ClientMessage, Contract } from '../scripts/model.ts';
import { TextOracle } from './text-oracle.ts';

/** A user in a room whom the server lets in. */
export interface Seat {
  readonly user: UserEntry;
  /** Null: the channel has none. */
  readonly room: string | null;
  readonly url: URL;
}

/** A client message to begin with. */
export interface Sample {
  readonly message: ClientMessage;
  readonly value: unknown;
  /** Each breaks one keyword of its schema. */
  readonly faulty: readonly unknown[];
  readonly roomPlace: string | null;
}

export interface Place {
  readonly channel: Channel;
  readonly schemas: Schemas;
  readonly builder: MessageBuilder;
  readonly oracle: TextOracle;
  readonly rooms: readonly string[];
  /** At least two of each room. */
  readonly seats: readonly Seat[];
  readonly samples: readonly Sample[];
}

// So few that what is kept of rooms does not grow with the number of cases.
const ROOMS = 4;
const USERS = 8;
const LIFETIME_S = 10 * 365 * 86_400;

const roomsOf = (channel: Channel, schemas: Schemas, target: Target): readonly string[] => {
  if (channel.room?.scope !== 'room') return [];
  const fixtures = target.channels[channel.name]?.rooms;
  if (fixtures !== undefined) return fixtures.slice(0, ROOMS).map(({ room }) => room);
  return Array.from({ length: ROOMS }, (_, index) => index + 1).flatMap((number) => {
    const names = [`fuzz-${number}`, `fuzz${number}`, `${number}`];
    return names.find((name) => fits(channel, schemas, name)) ?? [];
  });
};

const seatsOf = async (
  channel: Channel,
  rooms: readonly string[],
  target: Target,
  url: string,
): Promise<readonly Seat[]> => {
  const places = rooms.length === 0 ? [null] : rooms;
  const { tokens } = target;
  const seats = places.flatMap((room) => {
    const fixture = target.channels[channel.name]?.rooms?.find((one) => one.room === room);
    const may = target.users.filter(({ id }) => fixture?.users === undefined || fixture.users.includes(id));
    const roles = may.filter((user) => user.roles.length > 0);
    return [...may.slice(0, USERS), ...roles].map((user) => ({ room, user }));
  });
  return await Promise.all(
    seats.map(async ({ room, user }) => {
      const exp = Math.floor(Date.now() / 1000) + LIFETIME_S;
      const token = tokens === undefined ? null : await makeToken(tokens, { sub: user.id, name: user.name, exp });
      return { room, user, url: new URL(channelUrl(channel, { ...target, url }, { room, token })) };
    }),
  );
};

const samplesOf = (channel: Channel, builder: MessageBuilder, schemas: Schemas, room: string | null) =>
  channel.clientMessages.map((message): Sample => {
    const roomPlace = builder.roomPlace(message);
    const built = builder.build(message, { marker: 'sample', id: null }, room);
    const faulty = mutationsOf(message, built, channel.envelope.discriminator, schemas);
    return { message, value: built.value, faulty: faulty.map(({ value }) => value), roomPlace };
  });

/** @param url of the server that stands for the target's */
export const placesOf = async (contract: Contract, target: Target, url: string): Promise<readonly Place[]> => {
  const schemas = new Schemas(contract);
  return await Promise.all(
    contract.channels.map(async (channel) => {
      const rooms = roomsOf(channel, schemas, target);
      const builder = new MessageBuilder(channel, schemas);
      return {
        channel,
        schemas,
        builder,
        oracle: new TextOracle(channel, schemas),
        rooms,
        seats: await seatsOf(channel, rooms, target, url),
        samples: samplesOf(channel, builder, schemas, rooms[0] ?? null),
      };
    }),
  );
};
