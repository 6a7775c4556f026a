// The rules for clients, in the order of the families.
import { families } from '../rule.ts';
import { authRules } from './auth.ts';
import type { AnyClientRule } from './client-rule.ts';

export const clientRules: readonly AnyClientRule[] = [...authRules].sort(
  (left, right) => familyRank(left) - familyRank(right),
);

function familyRank(rule: AnyClientRule): number {
  return families.findIndex((family) => rule.id.startsWith(`${family}/`));
}
