// The rules of the family `sequence`.
import type { Rule } from '../../rule.ts';
import {
  rejectedUsesNone,
  roomsIndependent,
  sameForAll,
  startsAtOne,
  stepsByOne,
  uniqueUnderConcurrency,
} from './numbering.ts';
import { replayUsesNone, snapshotCurrent, snapshotUsesNone } from './snapshots.ts';

export const sequenceRules: readonly Rule[] = [
  startsAtOne,
  stepsByOne,
  uniqueUnderConcurrency,
  sameForAll,
  roomsIndependent,
  rejectedUsesNone,
  snapshotUsesNone,
  snapshotCurrent,
  replayUsesNone,
];
