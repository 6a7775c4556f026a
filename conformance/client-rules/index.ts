// The rules for clients, in the order of the families.
import { families } from '../rule.ts';
import { authRules } from './auth.ts';
import type { AnyClientRule } from './client-rule.ts';
import { closeCodeRules } from './close-codes.ts';
import { attemptRules } from './reconnect-attempts.ts';
import { backoffRules } from './reconnect-backoff.ts';
import { connectionRules } from './reconnect-connections.ts';
import { environmentRules } from './reconnect-environment.ts';

export const clientRules: readonly AnyClientRule[] = [
  ...authRules,
  ...backoffRules,
  ...attemptRules,
  ...connectionRules,
  ...environmentRules,
  ...closeCodeRules,
].sort((left, right) => familyRank(left) - familyRank(right));

function familyRank(rule: AnyClientRule): number {
  return families.findIndex((family) => rule.id.startsWith(`${family}/`));
}
