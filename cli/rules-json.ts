// What `generate` makes of the suite's rules: generated/rules.json, and the protocol's page with them.
import { listRules, type RuleRow } from '../conformance/list-rules.ts';
import { emitDocs } from '../scripts/emit/docs.ts';
import { type Emitter, emitters } from '../scripts/emit/index.ts';
import type { Contract } from '../scripts/model.ts';

/** All that `generate` emits with: the page is made once, with the rules. */
export const allEmitters: readonly Emitter[] = [...emitters.filter((emit) => emit !== emitDocs), emitRules];

export function emitRules(contract: Contract): Map<string, string> {
  const rules = listRules(contract);
  return new Map([['rules.json', `${textOf(rules)}\n`], ...emitDocs(contract, docsRules(contract, rules))]);
}

export function rulesJson(contract: Contract): string {
  return textOf(listRules(contract));
}

/** The rules with the channels in which they hold. */
function docsRules({ channels }: Contract, rules: readonly RuleRow[]) {
  const names = channels.map(({ name }) => name).sort((left, right) => right.length - left.length);
  return rules.map(({ instances, ...rule }) => {
    const places = instances.map(({ id }) => id.slice(rule.id.length + 1));
    // A name may hold dots, and be the beginning of another.
    const held = places.map((place) => names.find((name) => place === name || place.startsWith(`${name}.`)));
    return { ...rule, channels: channels.map(({ name }) => name).filter((name) => held.includes(name)) };
  });
}

const textOf = (rules: readonly RuleRow[]): string => JSON.stringify(rules, null, 2);
