// Faults of heartbeats: pings that come too often or never, answers that count or do not.
import type { ChannelTable, HeartbeatTable, Seam } from '../runtime/server/index.ts';
import { encodeText } from '../runtime/server/index.ts';
import { changeTables } from './decorate-channels.ts';
import { changeOutgoing, changeTransport } from './decorate-transport.ts';
import { by, type Fault } from './fault.ts';
import { hasRooms, pongTypes, serverBeats } from './kinds.ts';

const ofServer: Fault['appliesTo'] = (table) => serverBeats(table).length > 0;
const ofFrames: Fault['appliesTo'] = (table) => serverBeats(table).some((beat) => beat.kind === 'frame');

/** The server's own heartbeats with other values. */
const beating =
  (change: (beat: HeartbeatTable) => Partial<HeartbeatTable> | null) =>
  (seam: Seam): Seam =>
    changeTables(seam, ({ heartbeats }) => ({
      heartbeats: heartbeats.flatMap((beat) => {
        if (beat.initiator !== 'server') return [beat];
        const changed = change(beat);
        return changed === null ? [] : [{ ...beat, ...changed }];
      }),
    }));

const timeoutCode = (table: ChannelTable): number =>
  serverBeats(table).find((beat) => beat.timeoutCode !== null)?.timeoutCode ?? 1001;

/** From the n-th ping on each costs the connection its life, when the time to answer is over. */
const endingAfterPing =
  (n: number) =>
  (seam: Seam): Seam =>
    changeTransport(seam, ({ inner, table }) => {
      let pings = 0;
      const count = (): void => {
        pings += 1;
        if (pings < n) return;
        seam.clock.setTimeout(() => inner.close(timeoutCode(table), 'no answer'), serverBeats(table)[0]!.timeoutMs);
      };
      return {
        ping: (payload) => {
          inner.ping(payload);
          count();
        },
        send: (message) => {
          inner.send(message);
          const types = serverBeats(table).map((beat) => beat.ping);
          if (types.some((type) => type !== null && message.text.includes(`"${type}"`))) count();
        },
      };
    });

export const heartbeatFaults: readonly Fault[] = [
  {
    id: 'heartbeat/never',
    sentence: 'The server never pings.',
    intended: [by('heartbeat/ping-interval', 'never'), by('heartbeat/silence-ends', 'never')],
    appliesTo: ofServer,
    apply: beating(() => null),
  },
  {
    id: 'heartbeat/twice-as-often',
    sentence: 'The server pings twice as often.',
    intended: [by('heartbeat/ping-interval', 'too-early')],
    appliesTo: ofServer,
    apply: beating(({ intervalMs }) => ({ intervalMs: intervalMs / 2 })),
  },
  {
    id: 'heartbeat/half-as-often',
    sentence: 'The server pings half as often.',
    intended: [by('heartbeat/ping-interval', 'too-late', 'never')],
    appliesTo: ofServer,
    apply: beating(({ intervalMs }) => ({ intervalMs: intervalMs * 2 })),
  },
  {
    id: 'heartbeat/never-times-out',
    sentence: 'A connection that answers no ping stays open.',
    intended: [by('heartbeat/silence-ends', 'never')],
    appliesTo: ofServer,
    apply: beating(() => ({ timeoutMs: 3_600_000 })),
  },
  {
    id: 'heartbeat/times-out-too-early',
    sentence: 'A connection has a quarter of the time to answer a ping.',
    intended: [by('heartbeat/silence-ends', 'too-early')],
    appliesTo: ofServer,
    apply: beating(({ timeoutMs }) => ({ timeoutMs: timeoutMs / 4 })),
  },
  {
    id: 'heartbeat/times-out-too-late',
    sentence: 'A connection has four times the time to answer a ping.',
    intended: [by('heartbeat/silence-ends', 'too-late', 'never')],
    appliesTo: ofServer,
    apply: beating(({ timeoutMs, intervalMs }) => ({ timeoutMs: timeoutMs * 4, intervalMs })),
  },
  {
    id: 'heartbeat/answers-do-not-count',
    sentence: 'A connection that answers every ping is ended.',
    intended: [by('heartbeat/answer-keeps-alive', 'ended')],
    appliesTo: ofServer,
    apply: endingAfterPing(1),
  },
  {
    id: 'heartbeat/third-answer-does-not-count',
    sentence: 'A connection that answers every ping is ended after the third one.',
    intended: [by('heartbeat/answer-keeps-alive', 'ended')],
    appliesTo: ofServer,
    apply: endingAfterPing(3),
  },
  {
    id: 'heartbeat/wrong-code',
    sentence: 'A connection that answers no ping is closed with another code.',
    intended: [by('heartbeat/silence-code', 'wrong-code')],
    appliesTo: (table) => serverBeats(table).some((beat) => beat.timeoutCode !== null),
    apply: beating(() => ({ timeoutCode: 1011 })),
  },
  {
    id: 'heartbeat/unasked-answer-counts',
    sentence: 'An answer that was sent before the ping counts for it.',
    intended: [by('heartbeat/unasked-answer-not-counted', 'never')],
    appliesTo: ofFrames,
    apply: (seam) =>
      changeTransport(seam, ({ inner }) => {
        let isOpen = false;
        let hasUnasked = false;
        let answer = (_payload: string): void => {};
        return {
          ping: (payload) => {
            inner.ping(payload);
            isOpen = true;
            if (hasUnasked) answer(payload);
          },
          listen: (events) => {
            answer = (payload) => events.pong(payload);
            inner.listen({
              message: (text) => events.message(text),
              binary: (data) => events.binary(data),
              violation: (kind, code) => events.violation(kind, code),
              closed: (code) => events.closed(code),
              pong: (payload) => {
                if (!isOpen) hasUnasked = true;
                isOpen = false;
                events.pong(payload);
              },
            });
          },
        };
      }),
  },
  {
    id: 'heartbeat/empty-text-for-ping',
    sentence: 'An empty text message is sent in place of a ping frame.',
    intended: [by('heartbeat/ping-is-no-message', 'stray')],
    appliesTo: ofFrames,
    apply: (seam) =>
      changeTransport(seam, ({ inner }) => {
        let answer = (_payload: string): void => {};
        return {
          ping: (payload) => {
            inner.send(encodeText(''));
            answer(payload);
          },
          listen: (events) => {
            answer = (payload) => events.pong(payload);
            inner.listen(events);
          },
        };
      }),
  },
  {
    id: 'heartbeat/ping-unanswered',
    sentence: 'The pings of clients are not answered.',
    intended: [by('heartbeat/ping-answered', 'missing')],
    appliesTo: (table) => pongTypes(table).size > 0,
    apply: (seam) =>
      changeOutgoing(seam, ({ table, type, isDirect, message }) =>
        isDirect && pongTypes(table).has(type) ? [] : [message],
      ),
  },
  {
    id: 'heartbeat/ping-unanswered-unjoined',
    sentence: 'The pings of clients are not answered before they have joined.',
    intended: [by('heartbeat/ping-answered-unjoined', 'missing')],
    appliesTo: (table) => pongTypes(table).size > 0 && hasRooms(table) && !table.room!.joinOnOpen,
    apply: (seam) =>
      changeOutgoing(seam, ({ table, type, isDirect, message, inner }) =>
        isDirect && pongTypes(table).has(type) && inner.facts.rooms.size === 0 ? [] : [message],
      ),
  },
];
