// What a rule is: a template that derives its cases from the contract, and the three ways in which a case can end badly.
import type { Channel, Contract, Level, Source } from '../scripts/model.ts';
import type { Recorded } from './harness/record.ts';
import type { Kit } from './kit.ts';
import type { TraceFrame } from './result.ts';
import type { HookName } from './target/target.ts';

export const families = [
  'handshake',
  'auth',
  'validation',
  'delivery',
  'permission',
  'presence',
  'heartbeat',
  'sequence',
  'resync',
  'reconnect',
  'queue',
  'request',
  'limits',
  'close-codes',
  'shutdown',
] as const;

export type Family = (typeof families)[number];

/**
 * `parallel`: beside any other case; rooms and users keep them apart. `quiet`: measures time; begins first, and what it finds
 * broken beside the work of other lanes is found again beside quiet cases only. `exclusive`: has its channel to itself (floods
 * it, changes what everyone sees); with `needs.start` it ends the server, and is alone on the whole target.
 */
export type Lane = 'parallel' | 'quiet' | 'exclusive';

/** What a case must be given. What the target file cannot give makes it not-testable, and says what to add. */
export interface Needs {
  /** Valid users, all different, that may enter the case's rooms. @default 1 */
  readonly users?: number;
  /** As many more as there are, up to so many: a case that can do with fewer parties asks for the rest here. @default 0 */
  readonly moreUsers?: number;
  /** Rooms of its own, all different. @default 1 where the channel has rooms */
  readonly rooms?: number;
  /** As many more rooms as the same users may enter, up to so many. @default 0 */
  readonly moreRooms?: number;
  /** A user with each of these roles, besides `users`. */
  readonly roles?: readonly string[];
  /** A valid user without any of the roles is among `users` anyway; an outsider is a valid user who may not enter the channel's rooms. */
  readonly outsider?: boolean;
  /** A token of a user that the server does not know. */
  readonly unknownUser?: boolean;
  /** A room that `users` may not enter; a room that does not exist. */
  readonly forbiddenRoom?: boolean;
  readonly missingRoom?: boolean;
  /** `made`: the suite can make tokens with any content; `expired`: at least one expired token. */
  readonly tokens?: 'made' | 'expired';
  readonly hooks?: readonly HookName[];
  /** A start command in the target file, so that the server can be ended and started. */
  readonly start?: boolean;
}

/** Where in a contract a rule applies. */
export interface Place {
  /** Key of the channel. */
  readonly channel: string;
  /** The type (value of the discriminator) of the message that the case is about, where it is about one. */
  readonly message?: string;
  /** The lower of the rule's level and the facts': {@link lowest}. */
  readonly level: Level;
  readonly source: Source;
}

/** One check: rule × place. `K` is the kit: {@link Kit} for servers; clients have their own. */
export interface Case<K = Kit> extends Place {
  /** @default parallel */
  readonly lane?: Lane;
  readonly needs?: Needs;
  /** Time that the case may take, ms, unscaled by timeScale; for timing cases the durations that it waits for. @default 10,000 */
  readonly timeoutMs?: number;
  /** Returns: pass. Throws {@link Failed}, {@link NotTestable} or {@link Inconclusive}; any other exception is an error of the suite. */
  run(kit: K): Promise<void>;
}

interface RuleRecord {
  /** `<family>/<requirement>`: readable, never positional, never used again for something else. */
  readonly id: `${Family}/${string}`;
  readonly level: Level;
  /** What is required, in one sentence with MUST or SHOULD left out: "A direct message reaches only the connection that asked." */
  readonly sentence: string;
}

/** A rule that the wire can show. */
export interface Rule<K = Kit> extends RuleRecord {
  readonly role: 'server' | 'client' | 'pair';
  readonly notObservable?: undefined;
  /** An empty list: not applicable to that channel. Computed from the contract alone. */
  cases(contract: Contract, channel: Channel): readonly Case<K>[];
}

/** One check over everything that the run saw, made after the last case. It does nothing of its own on the wire. */
export interface MonitorCase extends Place {
  /** Returns: pass. Throws {@link Failed} (with the frames of the case that shows it), or {@link NotTestable} where the run saw nothing to judge. */
  judge(recorded: Recorded): void;
}

/** A rule that holds for everything that a server sends, whatever case it was for. */
export interface Monitor extends RuleRecord {
  readonly role: 'server';
  readonly notObservable?: undefined;
  readonly monitor: true;
  /** An empty list: not applicable to that channel. Computed from the contract alone. */
  cases(contract: Contract, channel: Channel): readonly MonitorCase[];
}

/** A requirement that no black box can show; it is listed with the reason instead of being passed over. */
export interface UnobservableRule extends RuleRecord {
  readonly role: 'server' | 'client' | 'pair';
  readonly notObservable: string;
  cases(contract: Contract, channel: Channel): readonly Place[];
}

/** The level of a case: SHOULD if any of these is. */
export function lowest(...levels: readonly Level[]): Level {
  return levels.includes('SHOULD') ? 'SHOULD' : 'MUST';
}

/** The requirement is broken. */
export class Failed extends Error {
  override readonly name = 'Failed';
  readonly expected: string;
  readonly observed: string;
  /** A slug of the way it failed: `leaked`, `duplicate`, `wrong-code`. */
  readonly reason: string | undefined;
  /** Lowers the case's level for this one breach: a keyword whose breach is only a SHOULD. */
  readonly level: Level | undefined;
  /** The frames that show it, where they are another case's: of a monitor, and of what is observed once for several rules. */
  readonly frames: readonly TraceFrame[] | undefined;

  constructor(
    expected: string,
    observed: string,
    options: { reason?: string; level?: Level; frames?: readonly TraceFrame[] } = {},
  ) {
    super(`expected ${expected}; observed ${observed}`);
    this.expected = expected;
    this.observed = observed;
    this.reason = options.reason;
    this.level = options.level;
    this.frames = options.frames;
  }
}

/** The target file does not give what the case needs. */
export class NotTestable extends Error {
  override readonly name = 'NotTestable';
  /** What to add to the target file: `hooks.publish`, `channels.arena.forbiddenRooms`. */
  readonly needs: readonly string[];

  constructor(reason: string, needs: string | readonly string[]) {
    super(reason);
    this.needs = typeof needs === 'string' ? [needs] : needs;
  }
}

/** The measurement cannot be trusted. The case is run again alone. */
export class Inconclusive extends Error {
  override readonly name = 'Inconclusive';
}
