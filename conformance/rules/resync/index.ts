// The rules of the family `resync`.
import type { Rule } from '../../rule.ts';
import { keptWhileEmpty } from './empty-room.ts';
import { positionRequired, requestJoins, survivesRestart } from './joining.ts';
import { otherRoomsLeftOut } from './other-rooms.ts';
import { aboveHead, belowHistory, historyKept } from './out-of-range.ts';
import {
  byTimestamp,
  identicalKept,
  liveNotLost,
  replayAtHead,
  replayComplete,
  replayDirect,
  sequenceWins,
} from './replay.ts';

export const resyncRules: readonly Rule[] = [
  replayComplete,
  replayAtHead,
  replayDirect,
  byTimestamp,
  sequenceWins,
  identicalKept,
  liveNotLost,
  aboveHead,
  historyKept,
  belowHistory,
  requestJoins,
  positionRequired,
  survivesRestart,
  keptWhileEmpty,
  otherRoomsLeftOut,
];
