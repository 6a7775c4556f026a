// What a rule about a pair is: it derives its places from the contract, and judges what was seen while a schedule was played.
import type { Channel, Contract, Level, Source } from '../../scripts/model.ts';
import type { PairHistory } from '../pair/history.ts';
import type { Family, Place } from '../rule.ts';

/** `held`: the schedule gave the rule something to hold for; `idle`: it did not. */
export type Judged = 'held' | 'idle';

export interface PairCase extends Place {
  /** Throws `Failed` where the rule is broken. */
  judge(history: PairHistory): Judged;
}

export interface PairRule {
  readonly id: `${Family}/${string}`;
  readonly role: 'pair';
  readonly level: Level;
  readonly sentence: string;
  readonly notObservable?: undefined;
  /** An empty list: not applicable to that channel. Computed from the contract alone. */
  cases(contract: Contract, channel: Channel): readonly PairCase[];
}

export function pairCase(
  channel: Channel,
  fact: { readonly source: Source; readonly level?: Level },
  judge: PairCase['judge'],
): PairCase {
  return { channel: channel.name, source: fact.source, level: fact.level ?? 'MUST', judge };
}

export const held = (isHeld: boolean): Judged => (isHeld ? 'held' : 'idle');
