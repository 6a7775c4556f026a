// Runs the reducer: keeps one timer and one socket, carries out effects in order, and is the only part that does anything.
import type { ClientOptions, RequestOptions } from './client.ts';
import { browserEnvironment, type SocketLike, systemClock } from './environment.ts';
import { failure } from './failure.ts';
import { any, debug, ends, type Feed, reports } from './feed.ts';
import { createReader, type InboundValidators } from './inbound.ts';
import type { Message } from './message.ts';
import { take } from './reducer.ts';
import { begin, type ClientEvent, deadline, type Effects, initialState, type Rules } from './state.ts';
import { address } from './url.ts';

/** What a token provider is told. */
export interface TokenContext {
  /** Attempts since the last stable connection: 0 for the first. */
  readonly attempt: number;
  /** Aborted when the answer is no longer wanted. */
  readonly signal: AbortSignal;
  /** Close code of the last connection: a refusal means that the token last given is worthless. */
  readonly code: number | undefined;
}

/** The longest delay that timers take. */
const longestDelayMs = 2 ** 31 - 1;

export function createDriver(
  rules: Rules,
  validators: InboundValidators,
  options: ClientOptions,
  feed: Feed,
  change: () => void,
) {
  const { clock = systemClock, environment = browserEnvironment, random = Math.random } = options;
  // Read when a client is made, not when the module is; missed when it is needed.
  const { WebSocket = globalThis.WebSocket } = options;
  const { tell } = feed;
  const readFrame = createReader(rules, validators, (report) => tell(reports, report));
  const state = begin(initialState(rules), random);
  let { due, queue, waiting } = state;
  let socket: SocketLike | undefined;
  let token: string | undefined;
  let asking: AbortController | undefined;
  let unlisten: (() => void) | undefined;
  let timer: unknown;
  let timerAt = Infinity;
  let isRunning = false;
  let lastRaw = 0;
  let skew = 0;
  let keys = 0;
  const settlers = new Map<number, (error: unknown, message?: Message) => void>();

  /** Time that never goes back: deadlines would move away with it. */
  function now(): number {
    const raw = clock.now();
    skew += Math.max(lastRaw - raw, 0);
    lastRaw = raw;
    return raw + skew;
  }

  /** Endless while the socket closes: it would swallow what it is given, and the close event is still to come. */
  const buffered = () => (!socket ? 0 : socket.readyState > 1 ? Infinity : socket.bufferedAmount);

  /** The state is committed at once; effects run in the order of the events, also of those that handlers cause. */
  function dispatch(event: ClientEvent): void {
    if (options.debug) tell(debug, event);
    state.now = now();
    take(state, event);
    if (isRunning) return;
    isRunning = true;
    for (let effect = state.effects.shift(); effect; effect = state.effects.shift()) {
      if (options.debug) tell(debug, effect);
      const [kind, a, b, c] = effect as readonly [keyof Effects, ...unknown[]];
      (performers[kind] as (...values: unknown[]) => void)(a, b, c);
    }
    isRunning = false;
    // What a timer or a user is told of comes with one of these.
    if (due === state.due && queue === state.queue && waiting === state.waiting) return;
    ({ due, queue, waiting } = state);
    if (state.name !== 'idle' && state.name !== 'closed')
      unlisten ??= environment.listen((event) => dispatch(['environment', event]));
    else {
      unlisten?.();
      unlisten = undefined;
    }
    arm();
    change();
  }

  /** One timer, set anew only for an earlier deadline: one that fires too soon finds nothing due. One that is overdue has slept,
   * and may go on sleeping. */
  function arm(): void {
    const due = deadline(state);
    if (now() < timerAt && timerAt <= due && due < Infinity) return;
    clock.clearTimeout(timer);
    timerAt = due;
    if (due < Infinity)
      timer = clock.setTimeout(
        () => {
          timerAt = Infinity;
          dispatch(['tick', buffered()]);
        },
        Math.min(due - now(), longestDelayMs),
      );
  }

  const performers: Effects = {
    report: (report) => tell(reports, report),
    emit(type, message) {
      tell(type, message);
      tell(any, message);
    },
    async token(epoch, attempt, code) {
      asking = new AbortController();
      const { signal } = asking;
      try {
        const answer =
          typeof options.token === 'function' ? await options.token({ attempt, signal, code }) : options.token;
        if (signal.aborted) return;
        token = answer;
        dispatch(['token', epoch]);
      } catch (error) {
        dispatch(['token', epoch, error ?? true]);
      }
    },
    open(epoch) {
      if (epoch !== state.epoch) return;
      try {
        socket = new WebSocket!(address(rules, options, token));
        socket.onopen = () => dispatch(['opened', epoch]);
        socket.onclose = ({ code }: { code: number }) => dispatch(['closed', epoch, code]);
        socket.onmessage = ({ data }: { data: unknown }) => {
          if (epoch === state.epoch) dispatch(readFrame(data, epoch));
        };
        // Never taken away: the package `ws` throws where nobody listens. What follows is the close event.
        socket.onerror = () => {};
      } catch {
        dispatch(['closed', epoch, 1006]);
      }
    },
    write(text, epoch) {
      if (epoch === state.epoch) socket!.send(text);
    },
    close: () => socket!.close(1000),
    drop(code) {
      asking?.abort();
      const dropped = socket;
      socket = undefined;
      dropped?.close(code);
    },
    settle: (key, message) => settlers.get(key!)?.(undefined, message),
    fail({ key, request, type, message }, code, reply) {
      if (key && !request && code !== 'aborted') tell(reports, { kind: 'dropped', type, message, code });
      settlers.get(key!)?.(failure(type, code, reply));
    },
  };

  return {
    dispatch,
    state,
    connect(): void {
      // What no attempt could mend is told at once: no WebSocket, an incomplete address.
      if (!WebSocket) throw new Error('no WebSocket: pass one');
      address(rules, options);
      dispatch(['connect', environment.isOnline(), environment.isHidden()]);
    },
    sender:
      (request: boolean) =>
      (type: string, fields: Message = {}, { timeoutMs, signal }: RequestOptions = {}) => {
        const key = ++keys;
        const promise = new Promise<Message | undefined>((resolve, reject) => {
          const abort = () => {
            settlers.get(key)?.(signal!.reason);
            dispatch(['abort', key]);
          };
          settlers.set(key, (error, message) => {
            settlers.delete(key);
            signal?.removeEventListener('abort', abort);
            if (error) reject(error);
            else resolve(message);
          });
          signal?.addEventListener('abort', abort);
          if (signal?.aborted) abort();
          else dispatch(['send', key, type, fields, request, timeoutMs, buffered()]);
        });
        // A promise that nobody handles is no unhandled rejection: a dropped message is reported besides.
        promise.catch(() => settlers.delete(key));
        return promise;
      },
    dispose(): void {
      // First of all, so that no handler can open it again.
      tell(ends);
      feed.clear();
      dispatch(['dispose']);
    },
  };
}
