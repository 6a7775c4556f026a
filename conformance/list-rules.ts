// The rules that a contract gives rise to: the rows of generated/rules.json.
import type { Channel, Contract, Level } from '../scripts/model.ts';
import { clientRules } from './client-rules/index.ts';
import { pairRules } from './pair-rules/index.ts';
import { instanceId, type Role } from './result.ts';
import type { Place } from './rule.ts';
import { serverRules } from './rules/index.ts';

export interface RuleRow {
  readonly id: string;
  readonly level: Level;
  readonly role: Role;
  readonly sentence: string;
  /** Of the first place that gives rise to it; `''` and 0 where no place does. */
  readonly pointer: string;
  readonly line: number;
  readonly instances: readonly {
    readonly id: string;
    readonly level: Level;
    readonly pointer: string;
    readonly line: number;
  }[];
  /** Why no black box can see it. */
  readonly notObservable?: string;
}

/** Of a rule what a list says. */
export interface ListedRule {
  readonly id: string;
  readonly level: Level;
  readonly role: Role;
  readonly sentence: string;
  readonly notObservable?: string | undefined;
  cases(contract: Contract, channel: Channel): readonly Place[];
}

/** In the order of the rules; a rule without an instance is listed with none: not applicable to this contract. */
export function listRules(
  contract: Contract,
  rules: readonly ListedRule[] = [...serverRules, ...clientRules, ...pairRules],
): readonly RuleRow[] {
  return rules.map((rule) => {
    const instances = contract.channels.flatMap((channel) =>
      rule.cases(contract, channel).map((place) => ({
        id: instanceId(rule.id, place.channel, place.message),
        level: place.level,
        pointer: place.source.pointer,
        line: place.source.line,
      })),
    );
    const { id, level, role, sentence } = rule;
    const { pointer, line } = instances[0] ?? { pointer: '', line: 0 };
    const why = rule.notObservable === undefined ? {} : { notObservable: rule.notObservable };
    return { id, level, role, sentence, pointer, line, instances, ...why };
  });
}
