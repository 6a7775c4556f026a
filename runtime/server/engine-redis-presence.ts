// Presence over Redis: who is in a set over all processes. Each process has a lease; when it ends, another process takes its
// connections out of their sets.

import type { RedisLink } from './engine-redis-link.ts';
import { joinScript, leaveScript, membersScript, reapScript, renewScript } from './engine-redis-scripts.ts';
import type { Cancel, Clock, Member, PresenceChange } from './seam.ts';

export interface PresenceKeys {
  /** Of every key. */
  readonly prefix: string;
  readonly leases: string;
  set(name: string): string;
  /** The connections of a process. */
  connections(process: string): string;
  /** Mark of a process that was taken for gone. */
  gone(process: string): string;
}

interface Own {
  readonly set: string;
  readonly connection: string;
  readonly member: Member;
}

// Renewed so many times a lease.
const RENEWALS = 4;
const REMEMBER_GONE_MS = 86_400_000;

const flag = (value: unknown): boolean => Number(value) === 1;
const memberOf = (text: unknown): Member => JSON.parse(String(text)) as Member;
const pairOf = (set: string, connection: string): string => `${set}\n${connection}`;

export class RedisPresence {
  readonly #link: RedisLink;
  readonly #clock: Clock;
  readonly #keys: PresenceKeys;
  readonly #process: string;
  readonly #leaseMs: number;
  readonly #own = new Map<string, Own>();
  readonly #listeners = new Set<(change: PresenceChange) => void>();
  #cancelTimer: Cancel = () => {};
  /** Since when this process could have heard from the others. */
  #connectedSince = 0;
  #isStarted = false;

  constructor(link: RedisLink, clock: Clock, keys: PresenceKeys, process: string, leaseMs: number) {
    this.#link = link;
    this.#clock = clock;
    this.#keys = keys;
    this.#process = process;
    this.#leaseMs = leaseMs;
    link.onBack(() => {
      this.#connectedSince = link.now();
      void this.#beat();
    });
  }

  async start(): Promise<void> {
    this.#connectedSince = this.#link.now();
    await this.#renew();
    this.#isStarted = true;
    this.#schedule();
  }

  watch(listener: (change: PresenceChange) => void): Cancel {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async join(set: string, connection: string, member: Member) {
    const own = { set, connection, member };
    try {
      const joined = await this.#join(own);
      this.#own.set(pairOf(set, connection), own);
      return joined;
    } catch (error) {
      // Its answer may have been lost on the way.
      void this.#link.owe(() => this.#leave(set, connection));
      throw error;
    }
  }

  /** Rejects where Redis cannot be reached; then the connection leaves when it can, and the listeners are told. */
  async leave(set: string, connection: string) {
    this.#own.delete(pairOf(set, connection));
    try {
      return await this.#leave(set, connection);
    } catch (error) {
      void this.#link.owe(async () => {
        const { left, last, empty } = await this.#leave(set, connection);
        if (left) this.#tell({ change: 'left', set, connection, member: left, isNews: last, empty });
      });
      throw error;
    }
  }

  async members(set: string): Promise<{ createdAt: number | null; members: readonly Member[] }> {
    const [made, values] = (await this.#link.run(membersScript, [this.#keys.set(set)], [])) as readonly [
      string | null,
      readonly string[],
    ];
    const placed = values.map((value) => {
      const end = value.indexOf('\n');
      return { place: Number(value.slice(0, end)), member: memberOf(value.slice(end + 1)) };
    });
    const members = placed.sort((a, b) => a.place - b.place).map(({ member }) => member);
    return { createdAt: made === null ? null : Number(made), members };
  }

  /** Gives up the lease: what is left of this process ends with it. */
  async close(): Promise<void> {
    this.#isStarted = false;
    this.#cancelTimer();
    if (this.#own.size === 0) await this.#link.command(['ZREM', this.#keys.leases, this.#process]).catch(() => {});
  }

  async #join({ set, connection, member }: Own): Promise<{ first: boolean; joined: boolean; member: Member }> {
    const keys = [this.#keys.set(set), this.#keys.connections(this.#process)];
    const now = this.#clock.now();
    const args = [connection, member.user.id, JSON.stringify(member), now, this.#process, pairOf(set, connection)];
    const [first, joined, standing] = (await this.#link.run(joinScript, keys, args)) as readonly unknown[];
    return { first: flag(first), joined: flag(joined), member: memberOf(standing) };
  }

  async #leave(set: string, connection: string): Promise<{ left: Member | null; last: boolean; empty: boolean }> {
    const args = [connection, pairOf(set, connection), this.#keys.prefix];
    const [left, last, empty] = (await this.#link.run(leaveScript, [this.#keys.set(set)], args)) as readonly unknown[];
    return { left: left === null ? null : memberOf(left), last: flag(last), empty: flag(empty) };
  }

  #schedule(): void {
    this.#cancelTimer();
    if (this.#isStarted) this.#cancelTimer = this.#clock.setTimeout(() => void this.#beat(), this.#leaseMs / RENEWALS);
  }

  async #beat(): Promise<void> {
    this.#schedule();
    try {
      await this.#renew();
      // After an outage all leases have ended: the others get the time to come back too.
      if (this.#link.now() - this.#connectedSince >= this.#leaseMs) await this.#reap();
    } catch {
      // Out of reach: tried again at the next beat, and when the link is back.
    }
  }

  async #renew(): Promise<void> {
    const keys = [this.#keys.leases, this.#keys.gone(this.#process)];
    const until = this.#link.now() + this.#leaseMs;
    const [had, wasGone] = (await this.#link.run(renewScript, keys, [this.#process, until])) as readonly unknown[];
    if (flag(had) || !this.#isStarted) return;
    // Taken for gone, or Redis came back without its data: whoever is here is still here.
    for (const own of [...this.#own.values()]) {
      const { first, joined, member } = await this.#join(own);
      if (!flag(wasGone) || !joined) continue;
      const { set, connection } = own;
      this.#tell({ change: 'joined', set, connection, member, isNews: first, empty: false });
    }
  }

  async #reap(): Promise<void> {
    for (;;) {
      const args = [this.#link.now(), this.#keys.prefix, REMEMBER_GONE_MS];
      const answer = await this.#link.run(reapScript, [this.#keys.leases], args);
      if (answer === null) return;
      const [, ...gone] = answer as readonly [string, ...(readonly unknown[])[]];
      for (const [set, connection, member, last, empty] of gone) {
        const where = { set: String(set), connection: String(connection), member: memberOf(member) };
        this.#tell({ change: 'left', ...where, isNews: flag(last), empty: flag(empty) });
      }
    }
  }

  #tell(change: PresenceChange): void {
    for (const listener of [...this.#listeners]) listener(change);
  }
}
