// Every rule of the suite, by family: one file or folder a family.
import type { Channel, Contract } from '../../scripts/model.ts';
import { type Case, families, type Monitor, type MonitorCase, type Rule, type UnobservableRule } from '../rule.ts';
import { authRules } from './auth/index.ts';
import { closeCodesRules } from './close-codes/index.ts';
import { deliveryRules } from './delivery/index.ts';
import { handshakeRules } from './handshake/index.ts';
import { heartbeatRules } from './heartbeat/index.ts';
import { limitsRules } from './limits/index.ts';
import { permissionRules } from './permission/index.ts';
import { presenceRules } from './presence/index.ts';
import { requestRules } from './request/index.ts';
import { resyncRules } from './resync/index.ts';
import { sequenceRules } from './sequence/index.ts';
import { shutdownRules } from './shutdown/index.ts';
import { validationRules } from './validation/index.ts';

export type ServerRule = Rule | Monitor | UnobservableRule;

/** The server's rules, in the order of the families. A family's file exports them as an array and stands here once. */
export const serverRules: readonly ServerRule[] = [
  ...handshakeRules,
  ...authRules,
  ...closeCodesRules,
  ...limitsRules,
  ...shutdownRules,
  ...deliveryRules,
  ...presenceRules,
  ...heartbeatRules,
  ...sequenceRules,
  ...resyncRules,
  ...validationRules,
  ...permissionRules,
  ...requestRules,
].sort((left, right) => familyRank(left) - familyRank(right));

function familyRank(rule: ServerRule): number {
  return families.findIndex((family) => rule.id.startsWith(`${family}/`));
}

/** The cases of a rule on a channel; none where it is not observable. */
export function casesOf(rule: ServerRule, contract: Contract, channel: Channel): readonly (Case | MonitorCase)[] {
  return rule.notObservable === undefined ? rule.cases(contract, channel) : [];
}
