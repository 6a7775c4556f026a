// The rules of the family `heartbeat`.
import type { Rule } from '../../rule.ts';
import { answeredBeforeJoining, pingAnswered, pongNotBroadcast } from './client-pings.ts';
import {
  answerKeepsAlive,
  pingInterval,
  pingIsFrame,
  silenceCode,
  silenceEnds,
  unaskedNotCounted,
} from './server-pings.ts';

export const heartbeatRules: readonly Rule[] = [
  pingInterval,
  answerKeepsAlive,
  silenceEnds,
  silenceCode,
  unaskedNotCounted,
  pingIsFrame,
  pingAnswered,
  answeredBeforeJoining,
  pongNotBroadcast,
];
