// Rules about what the client's application sends: at most once, in the room if the line held, and an answer to each in any case.
import type { Channel } from '../../scripts/model.ts';
import type { Asked, PairHistory } from '../pair/history.ts';
import { Failed } from '../rule.ts';
import { held, type PairRule, pairCase } from './pair-rule.ts';
import { effects, isAlive, type Message, passed } from './seen.ts';

type Followed = Asked & { readonly marker: string };

/** What the peer sent in the schedule, past the proxy. */
function sentByPeer({ schedule }: PairHistory): readonly { readonly message: string; readonly marker: string }[] {
  return schedule.steps.flatMap((step) => (step.do === 'send' && step.from === 'peer' ? [step] : []));
}

/** Sends whose effect the peer can see. */
function followed({ channel, asked }: PairHistory): readonly Followed[] {
  return asked.filter(
    (one): one is Followed => one.op === 'send' && one.marker !== null && hasEffect(channel, one.message),
  );
}

function hasEffect({ serverMessages }: Channel, message: string): boolean {
  return serverMessages.some(
    ({ delivery, triggers }) =>
      delivery !== null &&
      delivery.to !== 'direct' &&
      delivery.to !== 'user' &&
      triggers.some((one) => one.on === 'message' && one.message === message && one.fields.length > 0),
  );
}

function sendable(channel: Channel): boolean {
  return channel.clientMessages.some(({ key }) => hasEffect(channel, key));
}

function settlements({ told }: PairHistory, { of }: Asked) {
  return told.flatMap((event) => (event.event === 'settled' && event.of === of ? [event] : []));
}

function isIdempotent({ clientMessages }: Channel, key: string): boolean {
  return clientMessages.some((message) => message.key === key && message.idempotent !== null);
}

const carries = (marker: string) => (message: Message) =>
  JSON.stringify(message.value).includes(JSON.stringify(marker));

const atMostOnce: PairRule = {
  id: 'queue/effect-once-through-faults',
  role: 'pair',
  level: 'MUST',
  sentence: 'What the application sends once has its effect at most once, whatever happens to the line.',
  cases: (_contract, channel) => (sendable(channel) ? [pairCase(channel, channel, judgeOnce)] : []),
};

function judgeOnce(history: PairHistory): 'held' | 'idle' {
  for (const { message, marker } of [...followed(history), ...sentByPeer(history)]) {
    const times = effects(history, message, marker);
    if (times > 1) {
      throw new Failed(`${message} ${marker} in the room at most once`, `${times} times`, { reason: 'duplicate' });
    }
  }
  return held(followed(history).length > 0);
}

const reachesRoom: PairRule = {
  id: 'delivery/reaches-room-through-faults',
  role: 'pair',
  level: 'MUST',
  sentence:
    'Of what was handed to the server on one connection nothing is missing in the room, if anything that followed it is there.',
  cases: (_contract, channel) => (sendable(channel) ? [pairCase(channel, channel, judgeReaching)] : []),
};

function judgeReaching(history: PairHistory): 'held' | 'idle' {
  const { channel, connections } = history;
  const sends = followed(history);
  let isHeld = false;
  for (const { message, marker } of history.isComplete ? sentByPeer(history) : []) {
    if (effects(history, message, marker) > 0) continue;
    const expected = `${message} ${marker} in the room: a member sent it on a line without faults`;
    throw new Failed(expected, 'it never came', { reason: 'lost' });
  }
  for (const connection of connections) {
    const handedOn = passed(channel, connection, 'to-server', 'out').flatMap(
      (message) => sends.find(({ marker }) => carries(marker)(message)) ?? [],
    );
    const arrived = handedOn.map(({ message, marker }) => effects(history, message, marker) > 0);
    const last = isAlive(history, connection) ? arrived.length - 1 : arrived.lastIndexOf(true);
    const lost = arrived.findIndex((isThere, index) => !isThere && index < last + 1);
    if (lost !== -1) {
      const { message, marker } = handedOn[lost]!;
      throw new Failed(
        `${message} ${marker} in the room: the server had it on connection ${connection.index + 1}`,
        'it never came',
        { reason: 'lost' },
      );
    }
    isHeld ||= arrived.length > 0;
  }
  return held(isHeld);
}

const settledOnce: PairRule = {
  id: 'request/settled-once-through-faults',
  role: 'pair',
  level: 'MUST',
  sentence: 'Every send and every request settles exactly once, whatever happens to the line.',
  cases: (_contract, channel) =>
    sendable(channel) || channel.clientMessages.some(({ request }) => request !== null)
      ? [pairCase(channel, channel, judgeSettling)]
      : [],
};

function judgeSettling(history: PairHistory): 'held' | 'idle' {
  for (const asked of history.asked) {
    const times = settlements(history, asked).length;
    if (times > 1 || (times === 0 && history.isComplete)) {
      const what = `the ${asked.op} of ${asked.message}${asked.marker === null ? '' : ` ${asked.marker}`}`;
      const reason = times === 0 ? 'never' : 'duplicate';
      throw new Failed(`${what} to settle once`, times === 0 ? 'it never did' : `${times} times`, { reason });
    }
  }
  return held(history.asked.length > 0 && history.isComplete);
}

const exactlyOnce: PairRule = {
  id: 'queue/idempotent-exactly-once-through-faults',
  role: 'pair',
  level: 'MUST',
  sentence: 'An idempotent message whose send succeeded had its effect exactly once, however often the line was lost.',
  cases: (_contract, channel) =>
    channel.clientMessages
      .flatMap(({ key, idempotent }) =>
        idempotent === null || !hasEffect(channel, key) ? [] : [pairCase(channel, idempotent, judgeIdempotent)],
      )
      .slice(0, 1),
};

function judgeIdempotent(history: PairHistory): 'held' | 'idle' {
  const sends = followed(history).filter(({ message }) => isIdempotent(history.channel, message));
  const succeeded = sends.filter((one) => settlements(history, one).some(({ ok }) => ok));
  for (const { message, marker } of succeeded) {
    const times = effects(history, message, marker);
    if (times !== 1 && (times > 1 || history.isComplete)) {
      const reason = times === 0 ? 'lost' : 'duplicate';
      throw new Failed(`${message} ${marker}, which succeeded, in the room once`, `${times} times`, { reason });
    }
  }
  return held(succeeded.length > 0);
}

const failedNeverWritten: PairRule = {
  id: 'queue/failed-not-written-through-faults',
  role: 'pair',
  level: 'MUST',
  sentence:
    'A send that failed because the client was not ready, or had no room for it, is never written, not even later.',
  cases: (_contract, channel) => (sendable(channel) ? [pairCase(channel, channel, judgeFailed)] : []),
};

/** Why a send fails that was never written. */
const unwritten = ['not-ready', 'overflow', 'too-large'];

function judgeFailed(history: PairHistory): 'held' | 'idle' {
  const { channel, connections } = history;
  const failed = followed(history).filter((one) =>
    settlements(history, one).some(({ ok, code }) => !ok && unwritten.includes(code ?? '')),
  );
  for (const { message, marker } of failed) {
    const on = connections.find((connection) => passed(channel, connection, 'to-server', 'in').some(carries(marker)));
    if (on !== undefined) {
      throw new Failed(
        `${message} ${marker}, whose send failed, not to be written`,
        `it was, on connection ${on.index + 1}`,
        { reason: 'written' },
      );
    }
  }
  // Where none fails the rule holds all the same: everything that was sent was looked at.
  return held(followed(history).length > 0);
}

export const sendingRules: readonly PairRule[] = [
  atMostOnce,
  reachesRoom,
  settledOnce,
  exactlyOnce,
  failedNeverWritten,
];
