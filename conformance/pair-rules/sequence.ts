// Rules about numbered messages on a line that loses, doubles and swaps them: the number and the replay are the cure.
import { brief, sameJson } from '../harness/pointer.ts';
import type { PairHistory } from '../pair/history.ts';
import { numberOf } from '../pair/means.ts';
import { Failed } from '../rule.ts';
import { held, type PairCase, type PairRule, pairCase } from './pair-rule.ts';
import { given, numbered, passed } from './seen.ts';

const whereSequenced =
  (judge: PairCase['judge']): PairRule['cases'] =>
  (_contract, channel) =>
    channel.resync === null ? [] : [pairCase(channel, channel.resync, judge)];

const inOrder: PairRule = {
  id: 'sequence/in-order-through-faults',
  role: 'pair',
  level: 'MUST',
  sentence:
    'The application is given numbered messages in ascending order and none twice, whatever happens to the line.',
  cases: whereSequenced((history) => {
    const { channel } = history;
    let before: number | null = null;
    for (const { key, value } of given(history)) {
      const number = numberOf(channel, key, value);
      if (number === null) continue;
      if (before !== null && number <= before) {
        const reason = number === before ? 'duplicate' : 'order';
        throw new Failed(`a number above ${before}`, `${number}: ${brief(value)}`, { reason });
      }
      before = number;
    }
    return held(before !== null);
  }),
};

const complete: PairRule = {
  id: 'resync/complete-after-faults',
  role: 'pair',
  level: 'MUST',
  sentence:
    'Every numbered message from the first one on is given to the application, or told to it as a gap, once the line is whole again.',
  cases: whereSequenced((history) => {
    const { channel, told, watched } = history;
    const got = numbered(channel, given(history));
    const all = numbered(channel, watched);
    const first = Math.min(...got.keys());
    if (got.size === 0 || !history.isComplete) return 'idle';
    const gaps = told.flatMap((event) => (event.event === 'gap' ? [event] : []));
    const missing = [...all.keys()].filter(
      (number) => number > first && !got.has(number) && !gaps.some(({ from, to }) => number >= from && number <= to),
    );
    if (missing.length === 0) return 'held';
    throw new Failed(
      `numbers ${first} to ${Math.max(...all.keys())}, each given or told as a gap`,
      `${missing.join(', ')} missing; ${lastSeen(history, missing[0]!)}`,
      { reason: 'lost' },
    );
  }),
};

/** How far a message came: it says which side lost it. */
function lastSeen({ channel, connections }: PairHistory, number: number): string {
  const legs = (leg: 'in' | 'out') =>
    connections.filter((connection) => numbered(channel, passed(channel, connection, 'to-client', leg)).has(number));
  const [sent, handedOn] = [legs('in'), legs('out')];
  const names = (of: typeof sent) => of.map(({ index }) => index + 1).join(', ');
  if (handedOn.length > 0) return `${number} was handed to the client on connection ${names(handedOn)}`;
  if (sent.length > 0) return `the server sent ${number} on connection ${names(sent)}, and it was lost on the way`;
  return `the server never sent ${number} to this client`;
}

const unchanged: PairRule = {
  id: 'sequence/same-for-all-through-faults',
  role: 'pair',
  level: 'MUST',
  sentence: 'A numbered message is the same to every member of the room, replayed ones included.',
  cases: whereSequenced((history) => {
    const { channel } = history;
    const all = numbered(channel, history.watched);
    const got = numbered(channel, given(history));
    for (const [number, value] of got) {
      const other = all.get(number);
      if (other !== undefined && !sameJson(other, value)) {
        throw new Failed(brief(other), brief(value), { reason: 'content' });
      }
    }
    return held(got.size > 0);
  }),
};

const noGap: PairRule = {
  id: 'resync/replayed-after-faults',
  role: 'pair',
  level: 'MUST',
  sentence: 'What was missed is replayed and given, not told as a gap, as long as the history has it.',
  cases: (_contract, channel) =>
    channel.resync === null
      ? []
      : [
          pairCase(channel, channel.resync, (history) => {
            const { told, watched } = history;
            const numbers = [...numbered(channel, watched).keys()];
            const kept = Math.max(0, ...numbers) - channel.resync!.history.messages;
            for (const gap of told) {
              if (gap.event !== 'gap') continue;
              const lost = numbers.find(
                (number) =>
                  number > kept && number >= gap.from && number <= gap.to && !isReplayHit(history, number, gap.at),
              );
              if (lost === undefined) continue;
              const observed = `${gap.from} to ${gap.to} told as a gap; ${lastSeen(history, lost)}`;
              // What never came may be the history's fault, and how long that is may be a SHOULD.
              const level = cameBefore(history, lost, gap.at) ? 'MUST' : channel.resync!.history.level;
              throw new Failed('the missed messages, which the history has', observed, { reason: 'gap', level });
            }
            return held(history.connections.length > 1 && numbers.length > 0);
          }),
        ],
};

/** Handed on so long before, ms, it has come, however busy the machine was. */
const arrivalMs = 250;

function cameBefore({ channel, connections }: PairHistory, number: number, at: number): boolean {
  const connection = connections.findLast((one) => one.at < at);
  if (connection === undefined || connection.isHalfOpen) return false;
  return passed(channel, connection, 'to-client', 'out').some(
    (message) => numberOf(channel, message.key, message.value) === number && message.at < at - arrivalMs,
  );
}

/** Whether no replay came yet, or the proxy took the number out of the very replay that the client asked for last: then nothing tells it from one that the history lost. */
function isReplayHit({ channel, connections }: PairHistory, number: number, at: number): boolean {
  const connection = connections.findLast((one) => one.at < at);
  if (connection === undefined) return false;
  const request = passed(channel, connection, 'to-server', 'in').findLast(
    (message) => message.key === channel.resync?.request.message && message.at < at,
  );
  if (request === undefined) return false;
  const isReplayed = (leg: 'in' | 'out') =>
    passed(channel, connection, 'to-client', leg).some(
      (message) =>
        numberOf(channel, message.key, message.value) === number && message.at > request.at && message.at < at,
    );
  // A server that has answered nothing at all by then is slow: a client waits only so long.
  const end = channel.resync?.client.end ?? null;
  const isOver = passed(channel, connection, 'to-client', 'in').some(
    (message) => message.key === end && message.at > request.at && message.at < at,
  );
  return (isReplayed('in') && !isReplayed('out')) || (end !== null && !isOver && !isReplayed('out'));
}

export const sequenceRules: readonly PairRule[] = [inOrder, complete, unchanged, noGap];
