// Isolation: which users and rooms a case gets to itself, taken all at once so that cases can never wait for each other in a ring.
import type { Channel } from '../../scripts/model.ts';
import { type Needs, NotTestable } from '../rule.ts';
import type { RoomFixture, Target, UserEntry } from '../target/target.ts';
import { freshRoom, listedRooms } from './rooms.ts';
import type { Schemas } from './schemas.ts';
import { isCrowded, isShared, isUserScoped } from './sharing.ts';

export interface Lease {
  readonly users: readonly UserEntry[];
  readonly rooms: readonly string[];
  readonly roles: ReadonlyMap<string, UserEntry>;
  release(): void;
}

/** Rooms of which the contract lists the names are there once for all cases, like those of a target file. */
function listedFixtures(channel: Channel): readonly RoomFixture[] | undefined {
  return listedRooms(channel)?.map((room) => ({ room, roles: {} }));
}

interface Picked {
  readonly keys: readonly string[];
  readonly users: readonly UserEntry[];
  readonly rooms: readonly string[];
  readonly roles: ReadonlyMap<string, UserEntry>;
}

export class Leases {
  readonly #target: Target;
  readonly #schemas: Schemas;
  readonly #held = new Set<string>();
  readonly #waiting: (() => void)[] = [];

  constructor(target: Target, schemas: Schemas) {
    this.#target = target;
    this.#schemas = schemas;
  }

  /** Waits until everything asked for is free. `alone` also takes the channel where all of it is shared. */
  async acquire(channel: Channel, needs: Needs, alone: boolean): Promise<Lease> {
    // What an empty house cannot give will never come: said at once, with what to add.
    const whole = this.#pick(channel, needs, alone, new Set());
    for (;;) {
      const picked = this.#pickOrNull(channel, needs, alone);
      // What is there and only busy is waited for: a case has the same parties in every run.
      if (picked !== null && picked.rooms.length === whole.rooms.length) {
        for (const key of picked.keys) this.#held.add(key);
        return { ...picked, release: () => this.#release(picked.keys) };
      }
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  #release(keys: readonly string[]): void {
    for (const key of keys) this.#held.delete(key);
    for (const wake of this.#waiting.splice(0)) wake();
  }

  #pickOrNull(channel: Channel, needs: Needs, alone: boolean): Picked | null {
    try {
      return this.#pick(channel, needs, alone, this.#held);
    } catch (error) {
      if (error instanceof NotTestable) return null;
      throw error;
    }
  }

  #pick(channel: Channel, needs: Needs, alone: boolean, held: ReadonlySet<string>): Picked {
    const keys: string[] = [];
    const whole = `channel ${channel.name}`;
    if (alone && isCrowded(channel)) {
      if (held.has(whole)) throw new NotTestable('busy', []);
      keys.push(whole);
    }
    const rooms = this.#rooms(channel, needs, held, keys);
    const roles = new Map<string, UserEntry>();
    for (const role of needs.roles ?? []) {
      const named = rooms[0]?.roles[role];
      const entry =
        this.#target.users.find((user) => user.id === named) ??
        this.#target.users.find((user) => user.roles.includes(role));
      if (entry === undefined) {
        throw new NotTestable(`No user has the role ${role}.`, [
          `users[].roles, or channels.${channel.name}.rooms[].roles: ${role}`,
        ]);
      }
      roles.set(role, entry);
    }
    const reserved = new Set([...roles.values()].map((user) => user.id));
    for (const room of rooms) for (const id of Object.values(room.roles)) reserved.add(id);
    const users = this.#users(channel, needs, held, keys, rooms, reserved);
    return { keys, users, rooms: rooms.map(({ room }) => room), roles };
  }

  #rooms(channel: Channel, needs: Needs, held: ReadonlySet<string>, keys: string[]): readonly RoomFixture[] {
    if (isShared(channel)) return [];
    const count = needs.rooms ?? 1;
    const fixtures = this.#target.channels[channel.name]?.rooms ?? listedFixtures(channel);
    if (fixtures === undefined) {
      return Array.from({ length: count + (needs.moreRooms ?? 0) }, () => {
        const room = freshRoom(channel, this.#schemas);
        if (room === null) {
          throw new NotTestable('No room name of the usual shapes fits the parameter.', [
            `channels.${channel.name}.rooms`,
          ]);
        }
        return { room, roles: {} };
      });
    }
    const wanted = needs.users ?? 1;
    const free = fixtures.filter((fixture) => !held.has(`room ${channel.name} ${fixture.room}`));
    let best: readonly RoomFixture[] = [];
    for (const [index] of free.entries()) {
      const chosen = this.#together(free.slice(index), count + (needs.moreRooms ?? 0), wanted, needs.roles ?? []);
      if (chosen.length > best.length) best = chosen;
      if (best.length === count + (needs.moreRooms ?? 0)) break;
    }
    if (best.length < count) {
      throw this.#lackOfRooms(channel, count, wanted, needs.roles ?? []);
    }
    for (const { room } of best) keys.push(`room ${channel.name} ${room}`);
    return best;
  }

  /** Says which rooms to add, and for whom: users who are not there at all cannot be let into any. */
  #lackOfRooms(channel: Channel, count: number, users: number, roles: readonly string[]): NotTestable {
    if (this.#target.users.length < users) return this.#lackOfUsers(users);
    const rooms = count === 1 ? 'a room' : `${count} rooms`;
    const who = users === 1 ? `${count === 1 ? 'a' : 'one and the same'} user` : `the same ${users} users`;
    const playing = roles.length === 0 ? '' : `, with the role ${roles.join(' and ')} given`;
    const kind = `${rooms} that ${who} may enter${playing}`;
    return new NotTestable(`It takes ${kind}.`, [`channels.${channel.name}.rooms: ${kind}`]);
  }

  #lackOfUsers(count: number): NotTestable {
    return new NotTestable(
      `It takes ${count} different valid users; the target file gives ${this.#target.users.length}.`,
      [`users: at least ${count}, with tokens.secret or a token each`],
    );
  }

  /** Rooms from the first on that so many of the same users may enter, with these roles. */
  #together(
    fixtures: readonly RoomFixture[],
    count: number,
    users: number,
    roles: readonly string[],
  ): readonly RoomFixture[] {
    const chosen: RoomFixture[] = [];
    for (const fixture of fixtures) {
      if (chosen.length === count) break;
      const both = [...chosen, fixture];
      const fits = this.#mayEnter(both).length >= users && roles.every((role) => this.#hasRole(both, role));
      if (fits) chosen.push(fixture);
      else if (chosen.length === 0) break;
    }
    return chosen;
  }

  #hasRole(rooms: readonly RoomFixture[], role: string): boolean {
    return (
      rooms.every((room) => room.roles[role] !== undefined) ||
      this.#target.users.some((user) => user.roles.includes(role))
    );
  }

  #mayEnter(rooms: readonly RoomFixture[]): readonly UserEntry[] {
    return this.#target.users.filter((user) =>
      rooms.every((room) => room.users === undefined || room.users.includes(user.id)),
    );
  }

  #users(
    channel: Channel,
    needs: Needs,
    held: ReadonlySet<string>,
    keys: string[],
    rooms: readonly RoomFixture[],
    reserved: ReadonlySet<string>,
  ): readonly UserEntry[] {
    const count = needs.users ?? 1;
    const { users } = this.#target;
    const needsToken = channel.auth !== null && channel.auth.parameter !== null;
    if (users.length === 0 && !needsToken) {
      return Array.from({ length: count + (needs.moreUsers ?? 0) }, (_, index) => ({
        id: '',
        name: `anonymous ${index + 1}`,
        roles: [],
      }));
    }
    const scoped = isUserScoped(channel) && !isCrowded(channel);
    const able = this.#mayEnter(rooms).filter((user) => !reserved.has(user.id));
    const plain = [...able.filter((user) => user.roles.length === 0), ...able.filter((user) => user.roles.length > 0)];
    const free = plain.filter((user) => !scoped || !held.has(`user ${channel.name} ${user.id}`));
    if (free.length < count) {
      throw new NotTestable(`It takes ${count} different valid users; the target file gives ${free.length}.`, [
        `users: at least ${count}, with tokens.secret or a token each`,
      ]);
    }
    const chosen = free.slice(0, count + (needs.moreUsers ?? 0));
    if (scoped) for (const user of chosen) keys.push(`user ${channel.name} ${user.id}`);
    return chosen;
  }
}
