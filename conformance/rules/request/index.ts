// Request and response: replies and their ids, and messages that may be sent again.
import {
  clientEcho,
  concurrent,
  conflictCode,
  conflictRefused,
  noSecond,
  otherRoom,
  otherUser,
  reconnected,
  rejectedForgotten,
  repeatAnswered,
  windowKept,
} from './idempotent.ts';
import { correlated, errorAmongReplies, inOrder, replied, replyDirect, withoutId } from './replies.ts';

export const requestRules = [
  replied,
  correlated,
  withoutId,
  inOrder,
  errorAmongReplies,
  replyDirect,
  repeatAnswered,
  noSecond,
  concurrent,
  reconnected,
  windowKept,
  conflictRefused,
  conflictCode,
  otherRoom,
  otherUser,
  rejectedForgotten,
  clientEcho,
];
