// What happens to the connection at each event: the transitions listed in transitions.ts, and nothing else.
import { backoff } from './backoff.ts';
import { verdict } from './close-codes.ts';
import { beginHeartbeat, hear, isDead, probe, sendPing } from './heartbeat.ts';
import { put } from './message.ts';
import { flush, send, sift } from './queue.ts';
import { post, settle } from './requests.ts';
import { askReplay, beginSync, deliver, endReplay } from './resync.ts';
import { type ClientEvent, type CloseReason, disconnected, type State, type Step } from './state.ts';
import type { ClientTable } from './table.ts';
import { fail, type ReducerConfig, type Turn } from './turn.ts';

/** How long a closing handshake may take before the client is closed without it. */
const closingMs = 1000;
/** Refused tokens in a row that are followed by an immediate attempt, unless a connection was stable in between. */
const immediateRefreshes = 3;

export type Reducer = (state: State, event: ClientEvent, now: number, random: () => number) => Step;

export const createReducer =
  (table: ClientTable, config: ReducerConfig): Reducer =>
  (state, event, now, random) => {
    const turn: Turn = { draft: { ...state }, effects: [], now, random, table, config };
    if ('epoch' in event && event.epoch !== state.epoch) return { state, effects: [] };
    handle(turn, event);
    return { state: turn.draft, effects: turn.effects };
  };

function handle(turn: Turn, event: ClientEvent): void {
  const { draft, config, now } = turn;
  const { name, step } = draft;
  const isWaiting = step === 'wait';
  switch (event.kind) {
    case 'connect':
      if (isWaiting) attempt(turn);
      else if (name === 'idle' || name === 'closed' || name === 'closing') {
        if (name === 'closing') drop(turn);
        Object.assign(draft, { name: 'connecting', reason: null, attempt: 0, refused: 0, online: event.online });
        draft.paused = event.hidden && !!config.pauseWhenHidden;
        attempt(turn);
      }
      break;
    case 'close':
      if (name === 'connected' && !event.dispose) {
        Object.assign(draft, disconnected, { name: 'closing', at: now + closingMs });
        turn.effects.push({ kind: 'close' });
        failAll(turn);
      } else if (event.dispose || (name !== 'idle' && name !== 'closed' && name !== 'closing')) {
        drop(turn);
        finish(turn, draft.reason ?? 'requested');
      }
      break;
    case 'token':
      if (step === 'token') {
        draft.step = 'socket';
        draft.at = now + turn.table.reconnect.handshakeTimeoutMs;
        turn.effects.push({ kind: 'open', token: event.token, epoch: draft.epoch });
      }
      break;
    case 'token-failed':
      if (step === 'token') failToken(turn, event.error);
      break;
    case 'opened':
      if (step === 'socket') open(turn);
      break;
    case 'closed':
      if (name === 'closing') {
        drop(turn);
        finish(turn, 'requested');
      } else if (name === 'connected' || step === 'socket') lose(turn, event.code);
      break;
    case 'message':
      if (name === 'connected') receive(turn, event);
      break;
    case 'send':
      send(turn, event);
      break;
    case 'abort':
      sift(
        turn,
        (entry) => entry.key !== event.key,
        (entry) => fail(turn, entry, 'aborted'),
      );
      break;
    case 'tick':
      tick(turn, event.buffered);
      break;
    case 'suspend':
      draft.paused = true;
      if (name === 'closing') {
        drop(turn);
        finish(turn, 'requested');
      } else if (isWaiting) draft.at = Infinity;
      else if (name !== 'idle' && name !== 'closed') lose(turn, null);
      break;
    case 'hidden':
      if (config.pauseWhenHidden) {
        draft.paused = true;
        if (isWaiting) draft.at = Infinity;
      }
      break;
    default:
      // online, offline, shown, resume
      if (event.kind === 'online' || event.kind === 'offline') draft.online = event.kind === 'online';
      else draft.paused = false;
      if (name === 'connected') probe(turn);
      else if (isWaiting && !draft.paused)
        draft.at = event.kind === 'offline' ? now + turn.table.reconnect.offlineRetryMs : now;
  }
}

function attempt(turn: Turn): void {
  const { draft, now } = turn;
  draft.epoch++;
  draft.step = 'token';
  draft.at = now + turn.table.reconnect.tokenTimeoutMs;
  turn.effects.push({ kind: 'token', attempt: draft.attempt, code: draft.code, epoch: draft.epoch });
}

function failToken(turn: Turn, error: unknown): void {
  turn.effects.push({ kind: 'report', report: { kind: 'token', error } });
  lose(turn, null);
}

function open(turn: Turn): void {
  const { draft, table, config, now } = turn;
  const { room, ready } = table;
  Object.assign(draft, { name: 'connected', connectedAt: now, step: null, at: Infinity });
  draft.readyAt = now + (ready.afterMs ?? Infinity);
  if (room?.auto) post(turn, room.join!.type, room.join!.room ? put({}, room.join!.room, config.room) : {});
  beginSync(turn);
  beginHeartbeat(turn);
}

function receive(turn: Turn, { type, message }: ClientEvent & { kind: 'message' }): void {
  const { draft, table } = turn;
  hear(turn, type, message);
  if (type === null) return;
  if (settle(turn, type, message)?.end) endReplay(turn);
  deliver(turn, type, message);
  if (!draft.ready && (table.ready.any || table.ready.types?.includes(type))) becomeReady(turn);
}

/** Rooms first, then what may have been lost with the last connection, then what was held back. */
function becomeReady(turn: Turn): void {
  const { draft, table, now } = turn;
  Object.assign(draft, { ready: true, readyAt: Infinity, refused: 0, stableAt: now + table.reconnect.stableMs });
  for (const { fields } of Object.values(draft.rooms)) post(turn, table.room!.join!.type, fields);
  for (const entry of draft.waiting)
    if (table.messages[entry.type]?.idempotent)
      turn.effects.push({ kind: 'write', text: entry.text, epoch: draft.epoch });
  flush(turn, 0);
}

/** Ends the connection without waiting for its close event. */
function drop(turn: Turn, code?: number): void {
  const { draft, table } = turn;
  draft.epoch++;
  Object.assign(draft, disconnected);
  turn.effects.push({ kind: 'drop', code });
  sift(
    turn,
    (entry) => {
      const row = table.messages[entry.type];
      return !!(draft.queue.includes(entry) ? table.queue : row?.idempotent || (entry.key && row?.survives));
    },
    (entry) => fail(turn, entry, 'disconnected'),
  );
}

/** An attempt failed, or a connection ended: stop, or wait for the next attempt. A null code: given up by this side. */
function lose(turn: Turn, code: number | null, sentCode?: number): void {
  const { draft, table, now, random } = turn;
  const { attempts = Infinity } = table.reconnect;
  const action = verdict(table, code);
  drop(turn, sentCode);
  if (code !== null) draft.code = code;
  const isRefused = action === 'refresh-token';
  if (action === 'stop' || (isRefused && draft.refused === code)) finish(turn, 'stop-code');
  else if (draft.attempt >= attempts) finish(turn, 'attempts');
  else {
    const isImmediate = isRefused && !draft.refused && draft.attempt < immediateRefreshes;
    if (isRefused) draft.refused = code!;
    const delay = !draft.online
      ? table.reconnect.offlineRetryMs
      : isImmediate
        ? 0
        : backoff(table.reconnect, draft.attempt + 1, action === 'slow', random);
    Object.assign(draft, { name: 'reconnecting', step: 'wait', at: draft.paused ? Infinity : now + delay });
  }
}

function finish(turn: Turn, reason: CloseReason): void {
  Object.assign(turn.draft, { name: 'closed', reason });
  failAll(turn);
}

const failAll = (turn: Turn): void =>
  sift(
    turn,
    () => false,
    (entry) => fail(turn, entry, 'closed'),
  );

/** Everything that is due. */
function tick(turn: Turn, buffered: number): void {
  const { draft, table, now } = turn;
  sift(
    turn,
    (entry) => entry.expiresAt > now,
    (entry) => {
      fail(turn, entry, entry.request ? 'timeout' : 'expired');
      if (entry.end) endReplay(turn);
    },
  );
  if (draft.at <= now) {
    if (draft.step === 'wait') {
      draft.attempt++;
      attempt(turn);
    } else if (draft.step === 'token') failToken(turn, new Error('The token provider did not answer in time.'));
    else if (draft.step === 'socket') lose(turn, null);
    else {
      drop(turn);
      finish(turn, 'requested');
    }
  }
  if (draft.stableAt <= now) Object.assign(draft, { attempt: 0, stableAt: Infinity });
  if (draft.readyAt <= now) becomeReady(turn);
  if (draft.gapAt <= now) (draft.sync === 'replaying' ? endReplay : askReplay)(turn);
  if (draft.drainAt <= now) flush(turn, buffered);
  if (draft.deadAt <= now) {
    const code = (table.ping ?? table.pong)?.code;
    if (isDead(turn)) lose(turn, code ?? null, code);
    else probe(turn);
  }
  if (draft.pingAt <= now) sendPing(turn);
}
