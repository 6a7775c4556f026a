// generated/rules.json: the rules that the suite derives from the contract.
import { listRules } from '../conformance/list-rules.ts';
import type { Contract } from '../scripts/model.ts';

export function emitRules(contract: Contract): Map<string, string> {
  return new Map([['rules.json', `${rulesJson(contract)}\n`]]);
}

export function rulesJson(contract: Contract): string {
  return JSON.stringify(listRules(contract), null, 2);
}
