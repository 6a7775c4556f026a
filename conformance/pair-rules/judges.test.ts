import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Channel, Contract } from '../../scripts/model.ts';
import { valueAt, withValueAt } from '../harness/pointer.ts';
import type { PairHistory, Told, Watched } from '../pair/history.ts';
import type { ConnectionRecord, WireEvent } from '../proxy/index.ts';
import { Failed } from '../rule.ts';
import { pairRules } from './index.ts';

const contract: Contract = JSON.parse(readFileSync(new URL('../../generated/model.json', import.meta.url), 'utf8'));
const numberedChannel = contract.channels.find(({ resync }) => resync !== null) as Channel;
const repeatingChannel = contract.channels.find(({ clientMessages }) =>
  clientMessages.some(({ idempotent }) => idempotent !== null),
) as Channel;
const resync = numberedChannel.resync!;

function update(number: number, change: object = {}): Record<string, unknown> {
  const message = numberedChannel.serverMessages.find(({ key }) => key === resync.messages[0]);
  const example = withValueAt(message?.examples[0]?.payload, resync.sequence, number) as Record<string, unknown>;
  return { ...example, ...change };
}

const given = (value: unknown, at = 100): Told => ({ event: 'message', client: 'c1', message: value, at }) as Told;
const gap = (from: number, to: number, at = 100): Told => ({ event: 'gap', client: 'c1', from, to, at }) as Told;
const settled = (of: number, ok: boolean, code?: string): Told =>
  ({ event: 'settled', client: 'c1', of, ok, ...(code === undefined ? {} : { code }), at: 100 }) as Told;
const watch = (key: string, value: unknown): Watched => ({ key, value, text: JSON.stringify(value), at: 50 });

/** On both legs, or on the one where the message began alone. */
function wire(direction: WireEvent['direction'], value: unknown, legs: readonly WireEvent['leg'][] = ['in', 'out']) {
  return legs.map((leg): WireEvent => ({ at: 60, direction, leg, kind: 'text', text: JSON.stringify(value) }));
}

function connection(events: readonly WireEvent[], part: Partial<ConnectionRecord> = {}): ConnectionRecord {
  return { index: 0, path: '/', at: 0, status: 101, endedAt: null, endedBy: null, isHalfOpen: false, events, ...part };
}

function judged(id: string, channel: Channel, part: Partial<PairHistory>): string {
  const history: PairHistory = {
    channel,
    schedule: { seed: 1, channel: channel.name, steps: [] },
    connections: [],
    told: [],
    asked: [],
    watched: [],
    sentinels: [],
    recoveries: [],
    isSpent: false,
    isComplete: true,
    ...part,
  };
  const rule = pairRules.find((one) => one.id === id);
  const [one] = rule?.cases(contract, channel) ?? [];
  if (one === undefined) throw new Error(`${id} has no case on ${channel.name}.`);
  try {
    return one.judge(history);
  } catch (error) {
    if (!(error instanceof Failed)) throw error;
    return error.reason ?? 'failed';
  }
}

describe('numbered messages', () => {
  const key = resync.messages[0] as string;
  const room = [1, 2, 3].map((number) => watch(key, update(number)));
  const inOrder = (told: readonly Told[]) => judged('sequence/in-order-through-faults', numberedChannel, { told });
  const complete = (told: readonly Told[]) =>
    judged('resync/complete-after-faults', numberedChannel, { told, watched: room });

  it('are given in order and once', () => {
    expect(inOrder([1, 2, 3].map((number) => given(update(number))))).toBe('held');
    expect(inOrder([1, 2, 2].map((number) => given(update(number))))).toBe('duplicate');
    expect(inOrder([1, 3, 2].map((number) => given(update(number))))).toBe('order');
    expect(inOrder([])).toBe('idle');
  });

  it('are all given, or told as a gap', () => {
    expect(complete([1, 2, 3].map((number) => given(update(number))))).toBe('held');
    expect(complete([given(update(1)), gap(2, 2), given(update(3))])).toBe('held');
    expect(complete([given(update(1)), given(update(3))])).toBe('lost');
    expect(complete([given(update(1)), given(update(2))])).toBe('lost');
  });

  it('are the same for all', () => {
    const same = (value: unknown) =>
      judged('sequence/same-for-all-through-faults', numberedChannel, { told: [given(value)], watched: room });
    expect(same(update(2))).toBe('held');
    expect(same(update(2, { timestamp: '2001-01-01T00:00:00.000Z' }))).toBe('content');
  });

  it('are no gap where the history has them, unless the proxy took them out of the replay itself', () => {
    const request = numberedChannel.clientMessages.find((message) => message.key === resync.request.message);
    const ask: WireEvent = {
      at: 10,
      direction: 'to-server',
      leg: 'in',
      kind: 'text',
      text: JSON.stringify(request?.examples[0]?.payload),
    };
    const replayed = (events: readonly WireEvent[]) =>
      judged('resync/replayed-after-faults', numberedChannel, {
        told: [given(update(1)), gap(2, 2)],
        watched: room,
        connections: [connection([]), connection([ask, ...events], { index: 1 })],
      });
    const last = numberedChannel.serverMessages.find((message) => message.key === resync.client.end);
    const end = wire('to-client', last?.examples[0]?.payload);
    expect(replayed(end)).toBe('gap');
    expect(replayed([])).toBe('held');
    expect(replayed(wire('to-client', update(2)))).toBe('gap');
    expect(replayed(wire('to-client', update(2), ['in']))).toBe('held');
  });
});

describe('messages without a number', () => {
  const message = repeatingChannel.clientMessages.find(({ idempotent }) => idempotent !== null)!;
  const key = message.idempotent!.echo!.message;
  const identity = message.idempotent!.carries![0]!.from;
  const effect = repeatingChannel.serverMessages.find((one) => one.key === key)!;
  const trigger = effect.triggers.find((one) => one.on === 'message' && one.message === message.key)!;
  const copied = trigger.fields.find(({ source }) => source.from === 'message' && source.pointer !== '/id')!;
  const say = (marker: string) =>
    withValueAt(withValueAt(effect.examples[0]?.payload, copied.target, marker), identity, `id of ${marker}`);
  const [a, b, c] = ['a', 'b', 'c'].map(say);
  const down = (values: readonly unknown[], legs?: readonly WireEvent['leg'][]) =>
    values.flatMap((value) => wire('to-client', value, legs));
  const once = (told: readonly unknown[], connections: readonly ConnectionRecord[]) =>
    judged('delivery/given-once-through-faults', repeatingChannel, {
      told: told.map((value) => given(value)),
      connections,
    });

  it('are given as they came, but for the last ones before an end', () => {
    const ended = { endedBy: 'proxy', endedAt: 90 } as const;
    expect(once([a, b], [connection(down([a, b]))])).toBe('held');
    expect(once([a, c], [connection(down([a, b]), ended), connection(down([c]), { index: 1 })])).toBe('held');
    expect(once([a], [connection(down([a, b]))])).toBe('lost');
    expect(once([b, a], [connection(down([a, b]))])).toBe('lost');
    expect(once([a, a], [connection(down([a]))])).toBe('duplicate');
    expect(once([a, b], [connection(down([a]), ended)])).toBe('order');
  });

  it('are dropped when they come again with the same identity', () => {
    expect(once([a, b], [connection(down([a, a, b]))])).toBe('held');
    expect(once([a, a, b], [connection(down([a, a, b]))])).not.toBe('held');
  });

  it('are sent to one member as to the others', () => {
    const same = (sent: readonly unknown[]) =>
      judged('delivery/same-for-all-through-faults', repeatingChannel, {
        connections: [connection(down(sent, ['in']))],
        watched: [a, b, c].map((value) => watch(key, value)),
        sentinels: [{ marker: 'b', connection: 0 }],
      });
    expect(same([a, b, c])).toBe('held');
    expect(same([b, c])).toBe('held');
    expect(same([a, c])).toBe('lost');
    expect(same([c])).toBe('lost');
    expect(same([a, b])).toBe('lost');
    expect(same([b, a, c])).not.toBe('held');
  });

  describe('that the application sends', () => {
    const asked = [{ of: 7, op: 'send', message: message.key, marker: 'a' }] as const;
    const up = { ...(message.examples[0]?.payload as object), marker: 'a' };
    const seen = (...values: unknown[]) => values.map((value) => watch(key, value));

    it('have their effect at most once', () => {
      const effectOf = (watched: readonly Watched[]) =>
        judged('queue/effect-once-through-faults', repeatingChannel, { asked, watched });
      expect(effectOf(seen(a))).toBe('held');
      expect(effectOf([])).toBe('held');
      expect(effectOf(seen(a, a))).toBe('duplicate');
    });

    it('have it exactly once where the send succeeded', () => {
      const effectOf = (watched: readonly Watched[], ok = true) =>
        judged('queue/idempotent-exactly-once-through-faults', repeatingChannel, {
          asked,
          watched,
          told: [settled(7, ok)],
        });
      expect(effectOf(seen(a))).toBe('held');
      expect(effectOf([])).toBe('lost');
      expect(effectOf([], false)).toBe('idle');
    });

    it('settle once', () => {
      const settling = (told: readonly Told[]) =>
        judged('request/settled-once-through-faults', repeatingChannel, { asked, told });
      expect(settling([settled(7, true)])).toBe('held');
      expect(settling([])).toBe('never');
      expect(settling([settled(7, true), settled(7, false)])).toBe('duplicate');
    });

    it('reach the room where the line held', () => {
      const reaching = (watched: readonly Watched[], part: Partial<ConnectionRecord> = {}) =>
        judged('delivery/reaches-room-through-faults', repeatingChannel, {
          asked,
          watched,
          connections: [connection(wire('to-server', up), part)],
        });
      expect(reaching(seen(a))).toBe('held');
      expect(reaching([])).toBe('lost');
      expect(reaching([], { endedBy: 'proxy', endedAt: 70 })).toBe('held');
    });

    it('are not written once they have failed', () => {
      const written = (connections: readonly ConnectionRecord[]) =>
        judged('queue/failed-not-written-through-faults', repeatingChannel, {
          asked,
          told: [settled(7, false, 'overflow')],
          connections,
        });
      expect(written([])).toBe('held');
      expect(written([connection(wire('to-server', up))])).toBe('written');
    });
  });

  it('leave the identity where the contract says it is', () => {
    expect(valueAt(a, identity)).toBe('id of a');
  });
});

describe('coming back', () => {
  const ready = (tookMs: number | null, isSpent = false) =>
    judged('reconnect/ready-after-faults', numberedChannel, {
      isSpent,
      recoveries: [
        { tookMs: 1, withinMs: 10, state: 'connected' },
        { tookMs, withinMs: 10, state: 'reconnecting' },
      ],
    });

  it('is in time, or the attempts are used up', () => {
    expect(ready(5)).toBe('held');
    expect(ready(null)).toBe('not-ready');
    expect(ready(null, true)).toBe('idle');
  });
});
