// Emits `model.json`: the contract as data, for programs in any language.
import type { Contract } from '../model.ts';

export function emitModelJson(contract: Contract): Map<string, string> {
  return new Map([['model.json', `${JSON.stringify(contract, null, 2)}\n`]]);
}
