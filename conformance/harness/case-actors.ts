// Who and where in one case: the users and rooms that were leased for it, those who must not get in, and their tokens.
import type { Channel, Contract, Room } from '../../scripts/model.ts';
import { type Needs, NotTestable } from '../rule.ts';
import type { Clock } from './clock.ts';
import type { Lease } from './leases.ts';
import { lackingOf } from './needs.ts';
import { listedRooms, lookAlikes } from './rooms.ts';
import type { Session } from './session.ts';
import { isShared } from './sharing.ts';
import { makeFaultyToken, makeToken, type TokenFault } from './tokens.ts';
import { Trace } from './trace.ts';
import { toUser, type User } from './users.ts';

/** How long something that has to come may take on a loopback target, ms; grows with what was measured. */
const basePatienceMs = 2000;

/** What a lease comes to: with tokens. */
export interface Cast {
  readonly users: readonly User[];
  readonly rooms: readonly string[];
  readonly roles: ReadonlyMap<string, User>;
  readonly outsider: User | null;
  readonly unknownUser: User | null;
}

/** Makes the tokens of the leased users. Throws NotTestable for whatever else `needs` asks for and the target lacks. */
export async function castOf(session: Session, channel: Channel, needs: Needs, lease: Lease): Promise<Cast> {
  const { target } = session;
  const lacking = lackingOf(target, channel, needs);
  if (lacking.length > 0) throw new NotTestable('The target file does not give what this takes.', lacking);
  const user = (entry: Parameters<typeof toUser>[0]) => toUser(entry, target, channel.auth);
  const roles = new Map<string, User>();
  for (const [role, entry] of lease.roles) roles.set(role, await user(entry));
  return {
    users: await Promise.all(lease.users.map(user)),
    rooms: lease.rooms,
    roles,
    outsider: target.outsider !== undefined && needs.outsider ? await user(target.outsider) : null,
    unknownUser: target.unknownUser !== undefined && needs.unknownUser ? await user(target.unknownUser) : null,
  };
}

export class CaseActors {
  readonly contract: Contract;
  readonly channel: Channel;
  readonly clock: Clock;
  readonly trace = new Trace();
  readonly users: readonly User[];
  readonly rooms: readonly string[];
  protected readonly session: Session;
  readonly #cast: Cast;

  protected constructor(session: Session, channel: Channel, cast: Cast) {
    this.session = session;
    this.contract = session.contract;
    this.channel = channel;
    this.clock = session.clock;
    this.users = cast.users;
    this.rooms = cast.rooms;
    this.#cast = cast;
    for (const user of [...cast.users, ...cast.roles.values(), cast.outsider, cast.unknownUser]) {
      this.trace.redact(user?.token ?? '');
    }
  }

  get patienceMs(): number {
    return basePatienceMs + 10 * Math.max(this.clock.rtt.max, this.clock.delivery.max) + this.clock.lag.max;
  }

  get room(): Room | null {
    return isShared(this.channel) ? null : this.channel.room;
  }

  get roomsAreFresh(): boolean {
    // Without rooms everybody is in the same one, which other cases use too.
    const { room, name } = this.channel;
    const isGiven = this.session.target.channels[name]?.rooms !== undefined || listedRooms(this.channel) !== null;
    return room?.scope === 'room' && !isGiven;
  }

  withRole(role: string): User {
    return this.#given(this.#cast.roles.get(role), `needs.roles: ${role}`);
  }

  outsider(): User {
    return this.#given(this.#cast.outsider, 'outsider');
  }

  unknownUser(): User {
    return this.#given(this.#cast.unknownUser, 'unknownUser');
  }

  forbiddenRoom(): string {
    const name = this.channel.name;
    return this.#given(this.session.target.channels[name]?.forbiddenRooms[0], `channels.${name}.forbiddenRooms`);
  }

  missingRoom(): string {
    const name = this.channel.name;
    return this.#given(this.session.target.channels[name]?.missingRooms[0], `channels.${name}.missingRooms`);
  }

  #given<T>(value: T | null | undefined, need: string): T {
    if (value === undefined || value === null) throw new NotTestable(`The target file does not give ${need}.`, [need]);
    return value;
  }

  lookAlike(room: string): string | null {
    return this.lookAlikes(room)[0] ?? this.rooms.find((other) => other !== room) ?? null;
  }

  lookAlikes(room: string): readonly string[] {
    const { target, schemas } = this.session;
    const candidates = lookAlikes(this.channel, schemas, room);
    const fixtures = target.channels[this.channel.name]?.rooms ?? listedRooms(this.channel);
    return fixtures == null ? candidates : candidates.filter((name) => this.rooms.includes(name));
  }

  async faultyToken(fault: TokenFault, user: User | undefined = this.users[0]): Promise<string> {
    const token = await makeFaultyToken(this.session.target, fault, user ?? { id: 'nobody', name: 'nobody' });
    this.trace.redact(token);
    return token;
  }

  async tokenWith(user: User, claims: Readonly<Record<string, unknown>>): Promise<string> {
    const signing = this.#given(this.session.target.tokens, 'tokens.secret');
    const token = await makeToken(signing, { sub: user.id, name: user.name, ...claims });
    this.trace.redact(token);
    return token;
  }
}
