// Limits: of a message's size and form, of the rate, and of what waits for a client that does not read.
import type { Rule } from '../../rule.ts';
import { backlogCode, backlogEnds, backlogOthersServed } from './backlog.ts';
import { frameRules } from './frames.ts';
import {
  countsInvalid,
  exceededAnswered,
  exceededDropped,
  perConnection,
  recovers,
  strikesClose,
  withinAccepted,
} from './rate.ts';
import { atLimitAccepted, bytesCounted, fragmentsNotProcessed, overCode, overEnds, overNotProcessed } from './size.ts';

export const limitsRules: readonly Rule[] = [
  atLimitAccepted,
  overNotProcessed,
  fragmentsNotProcessed,
  bytesCounted,
  overEnds,
  overCode,
  ...frameRules,
  withinAccepted,
  exceededDropped,
  exceededAnswered,
  strikesClose,
  recovers,
  perConnection,
  countsInvalid,
  backlogOthersServed,
  backlogEnds,
  backlogCode,
];
