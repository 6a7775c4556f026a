// What a whole run saw: every connection of every case, the refusals, the tokens that were used and what the server printed. Monitors judge it.
import type { TraceFrame } from '../result.ts';
import type { Connection } from './connection.ts';

/** One case's connections, as they were when it ended. */
export interface Observation {
  /** Instance of the case: `delivery/receivers@chat.pong`. */
  readonly instance: string;
  /** Key of the channel. */
  readonly channel: string;
  /** Those that were accepted; their messages hold fence traffic too, uncut. */
  readonly connections: readonly Connection[];
  /** HTTP answers in place of an upgrade; the body cut at 2,000 characters. */
  readonly refusals: readonly { readonly status: number; readonly body: string }[];
  /** Tokens that the case sent, and the signatures of those that have one. */
  readonly tokens: readonly string[];
  /** As a report shows them: cut, without tokens. */
  readonly frames: readonly TraceFrame[];
}

/** Handed to a monitor after the last case. */
export interface Recorded {
  /** In the order in which the cases ended. */
  readonly observations: readonly Observation[];
  /** Everything that the started server printed, both streams (the first 16 MiB); null where the suite did not start it. */
  readonly output: string | null;
}

export class RunRecord {
  readonly #observations: Observation[] = [];

  add(observation: Observation): void {
    if (observation.connections.length + observation.refusals.length > 0) this.#observations.push(observation);
  }

  recorded(output: string | null): Recorded {
    return { observations: this.#observations, output };
  }
}
