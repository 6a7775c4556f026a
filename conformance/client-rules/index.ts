// The rules for clients, in the order of the families.
import { families } from '../rule.ts';
import { authRules } from './auth.ts';
import type { AnyClientRule } from './client-rule.ts';
import { closeCodeRules } from './close-codes.ts';
import { heartbeatRules } from './heartbeat.ts';
import { answerRules } from './heartbeat-answers.ts';
import { sleepRules } from './heartbeat-sleep.ts';
import { idempotentRules } from './idempotent.ts';
import { monitorRules } from './monitors.ts';
import { queueRules } from './queue.ts';
import { readyRules } from './ready.ts';
import { attemptRules } from './reconnect-attempts.ts';
import { backoffRules } from './reconnect-backoff.ts';
import { connectionRules } from './reconnect-connections.ts';
import { environmentRules } from './reconnect-environment.ts';
import { pageCacheRules } from './reconnect-page-cache.ts';
import { requestRules } from './request.ts';
import { resyncRules } from './resync.ts';
import { sequenceRules } from './sequence.ts';
import { validationRules } from './validation.ts';

export const clientRules: readonly AnyClientRule[] = [
  ...authRules,
  ...backoffRules,
  ...attemptRules,
  ...connectionRules,
  ...environmentRules,
  ...pageCacheRules,
  ...closeCodeRules,
  ...readyRules,
  ...heartbeatRules,
  ...answerRules,
  ...sleepRules,
  ...queueRules,
  ...idempotentRules,
  ...requestRules,
  ...sequenceRules,
  ...resyncRules,
  ...validationRules,
  ...monitorRules,
].sort((left, right) => familyRank(left) - familyRank(right));

function familyRank(rule: AnyClientRule): number {
  return families.findIndex((family) => rule.id.startsWith(`${family}/`));
}
