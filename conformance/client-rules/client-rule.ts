// What a client's rule is: the same as a server's, with another kit.
import type { Channel, Level, Source } from '../../scripts/model.ts';
import type { ClientKit } from '../client/client-kit.ts';
import type { Overlap } from '../client/stage.ts';
import type { Recorded } from '../harness/record.ts';
import type { Case, Monitor, MonitorCase, Rule } from '../rule.ts';

export interface ClientCase extends Case<ClientKit> {
  /** Multiplies the case's durations further than the run's time scale does, up to the contract's own. @default 1 */
  readonly stretch?: number;
}

export interface ClientRule extends Omit<Rule<ClientKit>, 'cases' | 'role'> {
  readonly role: 'client';
  cases(...place: Parameters<Rule['cases']>): readonly ClientCase[];
}

export interface ClientRecorded extends Recorded {
  /** By instance: the connections that were open beside another one of the same client. */
  readonly overlaps: ReadonlyMap<string, readonly Overlap[]>;
}

export interface ClientMonitorCase extends MonitorCase {
  judge(recorded: ClientRecorded): void;
}

/** Holds for everything that a client sends, whatever case it was for. */
export interface ClientMonitor extends Omit<Monitor, 'role' | 'cases'> {
  readonly role: 'client';
  cases(...place: Parameters<Rule['cases']>): readonly ClientMonitorCase[];
}

export type AnyClientRule = ClientRule | ClientMonitor;
export type AnyClientCase = ClientCase | ClientMonitorCase;

/** One case: the channel, where the document says it, and what is done. */
export function caseAt(
  channel: Channel,
  fact: { readonly source: Source },
  level: Level,
  part: Pick<ClientCase, 'run'> & Partial<ClientCase>,
): ClientCase {
  return { channel: channel.name, source: fact.source, level, ...part };
}
