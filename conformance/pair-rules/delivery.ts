// Rules about messages without a number: what reaches the client is given once and in order, and the server tells all members the same.
import type { Channel } from '../../scripts/model.ts';
import { brief, sameJson, valueAt } from '../harness/pointer.ts';
import type { PairHistory } from '../pair/history.ts';
import { identityOf } from '../pair/means.ts';
import type { ConnectionRecord } from '../proxy/index.ts';
import { Failed } from '../rule.ts';
import { held, type PairRule, pairCase } from './pair-rule.ts';
import { given, isAlive, isPlainBroadcast, type Message, passed } from './seen.ts';

function plainKeys(channel: Channel): readonly string[] {
  return channel.serverMessages.map(({ key }) => key).filter((key) => isPlainBroadcast(channel, key));
}

/** Broadcasts that are not numbered, those to single users too: what no request of the client's own causes. */
function isUnasked(channel: Channel, key: string | null): boolean {
  const to = channel.serverMessages.find((one) => one.key === key)?.delivery?.to;
  return to !== undefined && to !== 'direct' && !channel.resync?.messages.includes(key ?? '');
}

const givenAsReceived: PairRule = {
  id: 'delivery/given-once-through-faults',
  role: 'pair',
  level: 'MUST',
  sentence:
    'The application is given what reaches the client: each broadcast once, in order, nothing of a connection after a later one began.',
  cases: (_contract, channel) =>
    channel.serverMessages.some(({ key }) => isUnasked(channel, key)) ? [pairCase(channel, channel, judgeGiven)] : [],
};

function judgeGiven(history: PairHistory): 'held' | 'idle' {
  const { channel } = history;
  const identities = identityOf(channel);
  const got = given(history).filter(({ key }) => isUnasked(channel, key));
  const seen = new Set<unknown>();
  const identity = ({ key, value }: Message) => {
    const place = identities[key ?? ''];
    return place === undefined ? undefined : valueAt(value, place);
  };
  let next = 0;
  for (const connection of history.connections) {
    const came = passed(channel, connection, 'to-client', 'out').filter(({ key }) => isUnasked(channel, key));
    for (const message of came) {
      const id = identity(message);
      // A repeat of what was given already is dropped.
      if (id !== undefined && seen.has(id)) continue;
      const one = got[next];
      if (one !== undefined && sameJson(one.value, message.value)) {
        next += 1;
        if (id !== undefined) seen.add(id);
        continue;
      }
      // What was handed on last before an end may never have been read.
      if (!isAlive(history, connection)) break;
      const observed = one === undefined ? 'it was not given' : `given instead: ${brief(one.value)}`;
      throw new Failed(`the application to be given ${brief(message.value)}`, observed, { reason: 'lost' });
    }
  }
  const extra = got[next];
  if (extra === undefined) return held(got.length > 0);
  const isKnown = got.slice(0, next).some(({ value }) => sameJson(value, extra.value));
  throw new Failed(
    'the application to be given what the connection brought, once and in order',
    `given ${isKnown ? 'again' : 'out of order'}: ${brief(extra.value)}`,
    { reason: isKnown ? 'duplicate' : 'order' },
  );
}

const sameForAll: PairRule = {
  id: 'delivery/same-for-all-through-faults',
  role: 'pair',
  level: 'MUST',
  sentence:
    'On each connection of a member the server sends what it sends to the other members, in the same order and without a hole.',
  cases: (_contract, channel) => (plainKeys(channel).length > 0 ? [pairCase(channel, channel, judgeSame)] : []),
};

function judgeSame(history: PairHistory): 'held' | 'idle' {
  const { channel } = history;
  const all = history.watched.filter(({ key }) => isPlainBroadcast(channel, key));
  let isHeld = false;
  for (const connection of history.connections) {
    judgeSentinels(history, connection);
    const sent = passed(channel, connection, 'to-client', 'in').filter(({ key }) => isPlainBroadcast(channel, key));
    let at = -1;
    for (const message of sent) {
      const place = all.findIndex(({ value }, index) => index > at && sameJson(value, message.value));
      const isFirst = at === -1;
      if (place === -1) {
        // The peer's own end of the record: what comes after it is not compared.
        const isEarlier = all.slice(0, at + 1).some(({ value }) => sameJson(value, message.value));
        if (!isEarlier && !history.isComplete) break;
        throw new Failed(
          'what the other member got, in the same order',
          `${isEarlier ? 'again, or out of order' : 'nobody else got it'}: ${brief(message.value)}`,
          { reason: isEarlier ? 'order' : 'content' },
        );
      }
      if (!isFirst && place !== at + 1) throw missed(all[at + 1]!.value, connection.index);
      at = place;
      isHeld = true;
    }
    if (isAlive(history, connection) && at !== -1 && at !== all.length - 1) {
      throw missed(all[at + 1]!.value, connection.index);
    }
  }
  return held(isHeld);
}

/** What the peer sent while the client was there comes to it, or the connection ended before anything later came. */
function judgeSentinels(history: PairHistory, connection: ConnectionRecord): void {
  const { channel, watched, sentinels } = history;
  const sent = passed(channel, connection, 'to-client', 'in').filter(({ key }) => isPlainBroadcast(channel, key));
  for (const { marker } of sentinels.filter((one) => one.connection === connection.index)) {
    const place = watched.findIndex(({ text }) => text.includes(JSON.stringify(marker)));
    const sentinel = watched[place];
    if (sentinel === undefined || !isPlainBroadcast(channel, sentinel.key)) continue;
    if (sent.some(({ value }) => sameJson(value, sentinel.value))) continue;
    const later = watched.slice(place + 1);
    const isFollowed = sent.some(({ value }) => later.some((one) => sameJson(one.value, value)));
    if (isFollowed || isAlive(history, connection)) throw missed(sentinel.value, connection.index);
  }
}

function missed(value: unknown, connection: number): Failed {
  return new Failed(
    `the server to send ${brief(value)} to this member too`,
    `it did not, on connection ${connection + 1}`,
    { reason: 'lost' },
  );
}

export const deliveryRules: readonly PairRule[] = [givenAsReceived, sameForAll];
