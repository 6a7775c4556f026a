// The rows of x-ws-heartbeat: who asks whether the other is alive, how, how often, and what follows silence.
import type { Echo, Heartbeat } from '../model.ts';
import {
  needChoice,
  needNumber,
  readChoice,
  readFact,
  readFlag,
  readLevel,
  readList,
  readNumber,
  readPointer,
  readText,
  report,
} from './read.ts';
import type { Value } from './value.ts';

export function parseHeartbeats(channel: Value): Heartbeat[] {
  return readList(channel.field('x-ws-heartbeat')).flatMap(parseHeartbeat);
}

function parseHeartbeat(row: Value): Heartbeat[] {
  const initiator = needChoice(row, 'initiator', ['server', 'client']);
  const intervalMs = needNumber(row, 'intervalMs', 'the time between two pings, ms');
  const timeoutMs = needNumber(row, 'timeoutMs', 'how long an answer may take, ms');
  const frame = readChoice(row.field('frame'), ['ping']);
  const ping = readText(row.field('message')) ?? null;
  if ((frame === undefined) === (ping === null)) {
    report(row, 'value-missing', {
      message: 'A heartbeat is either a ping frame or a message.',
      expected: 'frame: ping, or message: KEY with reply: KEY',
      found: ping === null ? 'neither' : 'both',
      fix: ping === null ? 'Add frame: ping, or message and reply.' : 'Remove frame or message.',
    });
    return [];
  }
  if (initiator === undefined || intervalMs === undefined || timeoutMs === undefined) return [];
  const timeout = row.field('timeout');
  return [
    {
      initiator,
      kind: ping === null ? 'frame' : 'message',
      ping,
      pong: readText(row.field('reply')) ?? null,
      intervalMs,
      timeoutMs,
      onOpen: readFlag(row.field('onOpen')) ?? false,
      satisfiedBy: readChoice(row.field('satisfiedBy'), ['answer', 'any-message']) ?? 'answer',
      echo: readList(row.field('echo')).flatMap(parseEcho),
      timeoutCode: readNumber(timeout.field('close')) ?? null,
      timeoutCodeLevel: readLevel(timeout),
      ...readFact(row),
    },
  ];
}

function parseEcho(row: Value): Echo[] {
  const from = readPointer(row.field('from'));
  const to = readPointer(row.field('to'));
  return from === null || to === null ? [] : [{ from, to }];
}
