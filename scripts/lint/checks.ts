// The checks of our own, in the order in which they run.
import { checkAuth } from './auth.ts';
import { checkCloseCodes } from './close-codes.ts';
import { checkDelivery } from './delivery.ts';
import { checkDiscriminator } from './discriminator.ts';
import { checkErrorReport } from './error-report.ts';
import { checkExamples } from './examples.ts';
import { checkHeartbeat } from './heartbeat.ts';
import { checkHints } from './hints.ts';
import { checkLimits } from './limits.ts';
import type { Check } from './lint.ts';
import { checkMessageKeys } from './message-keys.ts';
import { checkMessagePointers } from './message-pointers.ts';
import { checkNames } from './names.ts';
import { checkParameters } from './parameters.ts';
import { checkPatterns } from './patterns.ts';
import { checkReconnect } from './reconnect.ts';
import { checkReplies } from './replies.ts';
import { checkResync } from './resync.ts';
import { checkRoom } from './room.ts';
import { checkSchemas } from './schemas.ts';
import { checkTriggers } from './triggers.ts';
import { checkVocabulary } from './vocabulary.ts';

export const checks: readonly Check[] = [
  checkVocabulary,
  checkSchemas,
  checkPatterns,
  checkNames,
  checkDiscriminator,
  checkMessageKeys,
  checkMessagePointers,
  checkParameters,
  checkExamples,
  checkDelivery,
  checkTriggers,
  checkReplies,
  checkErrorReport,
  checkCloseCodes,
  checkAuth,
  checkHeartbeat,
  checkReconnect,
  checkRoom,
  checkResync,
  checkLimits,
  checkHints,
];
