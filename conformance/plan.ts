// Which cases a run carries out: rule × place, filtered, and a not-applicable row for each rule and channel without any.
import type { Channel, Contract } from '../scripts/model.ts';
import { type CaseResult, instanceId, type Role } from './result.ts';
import type { Case, MonitorCase, Place } from './rule.ts';
import { casesOf, type ServerRule, serverRules } from './rules/index.ts';
import { matchesGlob, type RunOptions } from './run-options.ts';
import { sampleOf } from './sample.ts';

/** What a result needs to know of a case, of a server's and a client's alike. */
export interface PlannedRow {
  readonly rule: Pick<ServerRule, 'id' | 'level' | 'sentence'> & { readonly role: Role };
  readonly channel: Channel;
  readonly instance: string;
  readonly one: Place | null;
}

export interface Planned extends PlannedRow {
  readonly rule: ServerRule;
  readonly channel: Channel;
  readonly instance: string;
  /** Null: not applicable. */
  readonly one: Case | MonitorCase | null;
}

/** In the order of rules, channels, messages. */
export function planRun(contract: Contract, options: RunOptions): readonly Planned[] {
  const planned: Planned[] = [];
  for (const rule of options.from ?? serverRules) {
    if (rule.role !== 'server' || rule.notObservable !== undefined) continue;
    for (const channel of contract.channels) {
      if (options.channels !== undefined && !options.channels.includes(channel.name)) continue;
      const cases = casesOf(rule, contract, channel);
      for (const one of cases)
        planned.push({ rule, channel, instance: instanceId(rule.id, channel.name, one.message), one });
      if (cases.length === 0) planned.push({ rule, channel, instance: instanceId(rule.id, channel.name), one: null });
    }
  }
  const globs = options.rules ?? [];
  const wanted = planned.filter(
    ({ rule, instance }) =>
      globs.length === 0 || globs.some((glob) => matchesGlob(glob, rule.id) || matchesGlob(glob, instance)),
  );
  return options.sample === true ? sampleOf(wanted) : wanted;
}

/** A result of which only the verdict and what belongs to it is left to say. */
export function resultOf(planned: PlannedRow, part: Pick<CaseResult, 'verdict'> & Partial<CaseResult>): CaseResult {
  const { rule, channel, instance, one } = planned;
  return {
    rule: rule.id,
    instance,
    channel: channel.name,
    family: rule.id.split('/')[0] as string,
    role: rule.role,
    level: one?.level ?? rule.level,
    sentence: rule.sentence,
    expected: '',
    observed: '',
    pointer: one?.source.pointer ?? channel.source.pointer,
    line: one?.source.line ?? channel.source.line,
    durationMs: 0,
    frames: [],
    ...part,
  };
}
