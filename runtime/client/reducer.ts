// What happens to the connection at each event: the transitions listed in transitions.ts, and nothing else.
import { backoff } from './backoff.ts';
import { verdict } from './close-codes.ts';
import { rowOf } from './compose.ts';
import { flush, lose, send } from './queue.ts';
import {
  act,
  begin,
  type ClientEvent,
  type CloseReason,
  disconnected,
  type Events,
  plan,
  type State,
  type Step,
  type Timer,
  type Turn,
} from './state.ts';
import type { MessageRow } from './table.ts';

/** How long a closing handshake may take before the client is closed without it. */
const closingMs = 1000;
/** Refused tokens in a row that are followed by an immediate attempt, unless a connection was stable in between. */
const immediateRefreshes = 3;

/** The pure form of {@link take}: leaves the state as it is, and returns the next. */
export function reduce(state: State, event: ClientEvent, now: number, random: () => number): Step {
  const turn = begin(state, random);
  turn.now = now;
  take(turn, event);
  return { state: turn, effects: turn.effects };
}

/** Lets an event happen: changes the state, and adds to its effects. */
export const take = (t: Turn, [kind, a, b, c, d, e, f]: ClientEvent): void =>
  (handlers[kind] as (t: Turn, ...values: unknown[]) => void)(t, a, b, c, d, e, f);

type Handlers = { [K in keyof Events]: (t: Turn, ...values: Parameters<Events[K]>) => void };

const handlers: Handlers = {
  send,
  tick,
  connect(t, online, hidden) {
    if (t.step === 'wait') attempt(t);
    else if (!t.step && t.name !== 'connected') {
      drop(t);
      set(t, {
        name: 'connecting',
        reason: undefined,
        attempt: 0,
        refused: undefined,
        offline: !online,
        paused: hidden && t.rules.options?.pauseWhenHidden,
      });
      attempt(t);
    }
  },
  close(t) {
    if (t.name === 'connected') {
      set(t, { ...disconnected(), name: 'closing' });
      plan(t, 'step', closingMs);
      act(t, 'close');
      letGo(t);
    } else if (t.name !== 'closing') finish(t);
  },
  dispose(t) {
    finish(t);
    t.step = 'disposed';
  },
  token(t, epoch, error) {
    if (epoch !== t.epoch || t.step !== 'token') return;
    if (error) {
      act(t, 'report', { kind: 'token', error });
      end(t);
    } else {
      t.step = 'socket';
      plan(t, 'step', t.rules.reconnect.handshakeTimeoutMs);
      act(t, 'open', epoch);
    }
  },
  opened(t, epoch) {
    if (epoch !== t.epoch || t.step !== 'socket') return;
    const { answering, ready, resync, beating } = t.rules;
    set(t, { ...disconnected(), name: 'connected', connectedAt: t.now });
    plan(t, 'ready', ready.afterMs);
    answering?.begin(t);
    resync?.ordering.begin(t);
    beating?.begin(t);
  },
  closed(t, epoch, code) {
    if (epoch !== t.epoch) return;
    if (t.name === 'closing') finish(t);
    else if (t.name === 'connected' || t.step === 'socket') end(t, code);
  },
  message(t, epoch, type, message = {}) {
    if (epoch !== t.epoch || t.name !== 'connected') return;
    const { ready, answering, resync, beating } = t.rules;
    beating?.hear(t, type, message);
    if (!type) return;
    if (answering?.heard(t, type, message)?.end) resync!.ordering.end(t);
    if (resync) resync.ordering.deliver(t, type, message);
    else act(t, 'emit', type, message);
    if (!t.ready && (ready.any || ready.types?.includes(type))) becomeReady(t);
  },
  abort: (t, key) => lose(t, (entry) => entry.key === key, 'aborted'),
  environment(t, event) {
    const { offlineRetryMs } = t.rules.reconnect;
    if (/line/.test(event)) t.offline = event === 'offline';
    else t.paused = event === 'hidden' ? t.paused || t.rules.options?.pauseWhenHidden : event === 'pagehide';
    if (t.step === 'wait') {
      if (event !== 'hidden' || t.paused)
        plan(t, 'retry', t.paused ? Infinity : event === 'offline' ? offlineRetryMs : 0);
    } else if (event === 'pagehide') {
      if (/onnect/.test(t.name)) end(t);
    } else if (event !== 'hidden' && t.name === 'connected') t.rules.beating?.probe(t);
  },
};

const set: (t: Turn, changes: Partial<State>) => unknown = Object.assign;

function attempt(t: Turn): void {
  set(t, { epoch: t.epoch + 1, step: 'token', due: {} });
  plan(t, 'step', t.rules.reconnect.tokenTimeoutMs);
  act(t, 'token', t.epoch, t.attempt, t.code);
}

/** What the last connection left behind comes first, then what was held back. */
function becomeReady(t: Turn, _lateMs?: number, buffered = 0): void {
  set(t, { ready: true, refused: undefined });
  plan(t, 'ready');
  plan(t, 'stable', t.rules.reconnect.stableMs);
  t.rules.answering?.resume(t);
  flush(t, buffered);
}

/** Gives up what there is of a connection, without waiting for its close event. */
function drop(t: Turn, code?: number): void {
  set(t, { ...disconnected(), epoch: t.epoch + 1 });
  act(t, 'drop', code);
}

/** An attempt failed, or a connection ended: close for good, or wait for the next attempt. */
function end(t: Turn, code?: number, sentCode?: number): void {
  const { reconnect, queue } = t.rules;
  const action = verdict(t.rules, code);
  const isRefused = action === 'refresh-token';
  t.code = code ?? t.code;
  if (action === 'stop' || (isRefused && t.refused === code)) finish(t, 'stop-code');
  else if (t.attempt >= (reconnect.attempts ?? Infinity)) finish(t, 'attempts', sentCode);
  else {
    const delay = t.offline
      ? reconnect.offlineRetryMs
      : isRefused && !t.refused && t.attempt < immediateRefreshes
        ? 0
        : backoff(reconnect, t.attempt + 1, action === 'slow', t.random);
    if (isRefused) t.refused = code;
    drop(t, sentCode);
    set(t, { name: 'reconnecting', step: 'wait' });
    plan(t, 'retry', t.paused ? Infinity : delay);
    const isKept = ({ idempotent, stays }: MessageRow) => idempotent || stays;
    lose(t, (entry) => (t.queue.includes(entry) ? queue.onlyReady : !isKept(rowOf(t, entry.type))), 'disconnected');
  }
}

function finish(t: Turn, reason: CloseReason = 'requested', code?: number): void {
  drop(t, code);
  set(t, { name: 'closed', reason: t.reason ?? reason });
  letGo(t);
}

const letGo = (t: Turn): void => lose(t, () => true, 'closed');

/** What each timer does, in the order in which those due at one time do it. */
const timers: { readonly [T in Timer]: (t: Turn, lateMs: number, buffered: number) => unknown } = {
  retry(t) {
    t.attempt++;
    attempt(t);
  },
  step(t) {
    if (t.step === 'token') handlers.token(t, t.epoch, 'timeout');
    else if (t.step) end(t);
    else finish(t);
  },
  stable: (t) => set(t, { attempt: 0 }),
  ready: becomeReady,
  gap: (t) => t.rules.resync!.ordering.gap(t),
  drain: (t, _, buffered) => flush(t, buffered),
  dead(t, lateMs) {
    const row = t.rules.beating!.missed(t, lateMs);
    if (row) end(t, row.code, row.code);
  },
  ping: (t) => t.rules.beating!.ping(t),
};

function tick(t: Turn, buffered: number): void {
  lose(t, ({ expiresAt }) => expiresAt! <= t.now);
  for (const timer of Object.keys(timers) as Timer[]) {
    const lateMs = t.now - (t.due[timer] ?? Infinity);
    if (lateMs >= 0) {
      plan(t, timer);
      timers[timer](t, lateMs, buffered);
    }
  }
}
