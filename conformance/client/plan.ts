// Which client cases a run carries out, filtered, and a not-applicable row for each rule and channel without any.
import type { Channel, Contract } from '../../scripts/model.ts';
import type { AnyClientCase, AnyClientRule } from '../client-rules/client-rule.ts';
import { clientRules } from '../client-rules/index.ts';
import type { PlannedRow } from '../plan.ts';
import { instanceId } from '../result.ts';
import { matchesGlob } from '../run-options.ts';
import { sampleOf } from '../sample.ts';

export interface PlannedClient extends PlannedRow {
  readonly rule: AnyClientRule;
  readonly channel: Channel;
  /** Null: not applicable. */
  readonly one: AnyClientCase | null;
}

export interface PlanOptions {
  readonly channels?: readonly string[];
  readonly rules?: readonly string[];
  /** One instance of each rule in place of all: {@link sampleOf}. @default false */
  readonly sample?: boolean;
  /** @default every rule for clients */
  readonly from?: readonly AnyClientRule[];
}

/** In the order of rules, channels, messages. */
export function planClientRun(contract: Contract, options: PlanOptions): readonly PlannedClient[] {
  const channels = contract.channels.filter(
    ({ name }) => options.channels === undefined || options.channels.includes(name),
  );
  const planned = (options.from ?? clientRules).flatMap((rule) =>
    channels.flatMap((channel): PlannedClient[] => {
      const cases: readonly AnyClientCase[] = rule.cases(contract, channel);
      if (cases.length === 0) return [{ rule, channel, instance: instanceId(rule.id, channel.name), one: null }];
      return cases.map((one) => ({ rule, channel, instance: instanceId(rule.id, channel.name, one.message), one }));
    }),
  );
  const globs = options.rules ?? [];
  const wanted = planned.filter(
    ({ rule, instance }) =>
      globs.length === 0 || globs.some((glob) => matchesGlob(glob, rule.id) || matchesGlob(glob, instance)),
  );
  return options.sample === true ? sampleOf(wanted) : wanted;
}
