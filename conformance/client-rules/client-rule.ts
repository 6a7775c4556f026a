// What a client's rule is: the same as a server's, with another kit.
import type { ClientKit } from '../client/client-kit.ts';
import type { Case, Monitor, MonitorCase, Rule } from '../rule.ts';

export interface ClientCase extends Case<ClientKit> {
  /** Multiplies the case's durations further than the run's time scale does, up to the contract's own. @default 1 */
  readonly stretch?: number;
}

export interface ClientRule extends Omit<Rule<ClientKit>, 'cases' | 'role'> {
  readonly role: 'client';
  cases(...place: Parameters<Rule['cases']>): readonly ClientCase[];
}

/** Holds for everything that a client sends, whatever case it was for. */
export interface ClientMonitor extends Omit<Monitor, 'role'> {
  readonly role: 'client';
}

export type AnyClientRule = ClientRule | ClientMonitor;
export type AnyClientCase = ClientCase | MonitorCase;
