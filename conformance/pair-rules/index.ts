// The rules for pairs, in the order of the families.
import { families } from '../rule.ts';
import { deliveryRules } from './delivery.ts';
import type { PairRule } from './pair-rule.ts';
import { reconnectRules } from './reconnect.ts';
import { sendingRules } from './sending.ts';
import { sequenceRules } from './sequence.ts';

export const pairRules: readonly PairRule[] = [
  ...sequenceRules,
  ...deliveryRules,
  ...sendingRules,
  ...reconnectRules,
].sort((left, right) => familyRank(left) - familyRank(right));

function familyRank(rule: PairRule): number {
  return families.findIndex((family) => rule.id.startsWith(`${family}/`));
}
