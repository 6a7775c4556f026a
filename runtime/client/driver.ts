// Runs the reducer: keeps one timer and one socket, carries out effects in order, and is the only part that does anything.
import type { Clock, Environment, SocketConstructor, SocketLike } from './environment.ts';
import { ClientError } from './failure.ts';
import type { Inbound } from './inbound.ts';
import type { Message } from './message.ts';
import type { Reducer } from './reducer.ts';
import { type ClientEvent, deadline, type Effect, initialState, type Report, type State } from './state.ts';

export interface DebugEntry {
  readonly at: number;
  readonly kind: 'open' | 'out' | 'in' | 'close' | 'state';
  /** The frame, the address without its token, the code, or the state. */
  readonly detail: string;
}

/** What a token provider is told. */
export interface TokenContext {
  /** Attempts since the last stable connection: 0 for the first. */
  readonly attempt: number;
  /** Aborted when the answer is no longer wanted. */
  readonly signal: AbortSignal;
  /** Close code of the last connection: a refusal means that the token last given is worthless. */
  readonly code: number | null;
}

export interface DriverOptions {
  readonly reduce: Reducer;
  readonly read: (data: unknown) => Inbound;
  readonly address: (token: string | null) => string;
  readonly token: string | ((context: TokenContext) => string | Promise<string>) | undefined;
  readonly clock: Clock;
  readonly random: () => number;
  readonly environment: Environment;
  readonly socket: () => SocketConstructor;
  readonly emit: (type: string, message: Message) => void;
  readonly report: (report: Report) => void;
  readonly change: () => void;
  readonly debug: ((entry: DebugEntry) => void) | undefined;
}

/** The longest delay that timers take. */
const longestDelayMs = 2 ** 31 - 1;

export type Driver = ReturnType<typeof createDriver>;

export function createDriver(options: DriverOptions) {
  const { clock, environment, report } = options;
  let state: State = initialState;
  let socket: SocketLike | undefined;
  let asking: AbortController | undefined;
  let timer: unknown;
  let timerAt = Infinity;
  let unlisten: (() => void) | undefined;
  let isRunning = false;
  let isDisposed = false;
  let lastRaw = -Infinity;
  let skew = 0;
  let keys = 0;
  const effects: Effect[] = [];
  const settlers = new Map<number, { done: (message?: Message) => void; failed: (error: unknown) => void }>();

  /** Time that never goes back: deadlines would move away with it. */
  function now(): number {
    const raw = clock.now();
    if (raw < lastRaw) skew += lastRaw - raw;
    lastRaw = raw;
    return raw + skew;
  }

  const debug = (kind: DebugEntry['kind'], detail: unknown) =>
    options.debug?.({ at: clock.now(), kind, detail: String(detail) });

  /** The state is committed at once; effects run in the order of the events, also of those that handlers cause. */
  function dispatch(event: ClientEvent): void {
    if (isDisposed) return;
    const before = state.name;
    const step = options.reduce(state, event, now(), options.random);
    state = step.state;
    for (const effect of step.effects) effects.push(effect);
    if (state.name !== before) debug('state', state.name);
    if (isRunning) return;
    isRunning = true;
    for (let index = 0; index < effects.length; index++) run(effects[index]!);
    effects.length = 0;
    isRunning = false;
    settleDown();
  }

  function settleDown(): void {
    const isActive = state.name !== 'idle' && state.name !== 'closed';
    if (isActive) unlisten ??= environment.listen((kind) => dispatch({ kind }));
    else unlisten = void unlisten?.();
    arm();
    options.change();
  }

  /** One timer, set anew only for an earlier deadline: one that fires too soon finds nothing due. */
  function arm(): void {
    const due = deadline(state);
    if (timer !== undefined && timerAt <= due && due < Infinity) return;
    if (timer !== undefined) clock.clearTimeout(timer);
    timer = undefined;
    timerAt = due;
    if (due < Infinity)
      timer = clock.setTimeout(
        () => {
          timer = undefined;
          dispatch({ kind: 'tick', buffered: buffered() });
        },
        Math.min(Math.max(due - now(), 0), longestDelayMs),
      );
  }

  const buffered = () => socket?.bufferedAmount ?? 0;

  function run(effect: Effect): void {
    switch (effect.kind) {
      case 'token':
        return void askToken(effect);
      case 'open':
        return open(effect);
      case 'write':
        if (effect.epoch === state.epoch && socket) {
          debug('out', effect.text);
          attempt(() => socket!.send(effect.text));
        }
        return;
      case 'close':
        debug('close', 1000);
        attempt(() => socket?.close(1000));
        return;
      case 'drop':
        return drop(effect.code);
      case 'emit':
        return options.emit(effect.type, effect.message);
      case 'report':
        return report(effect.report);
      case 'settle':
        return settle(effect.key)?.done(effect.message);
      case 'fail': {
        const { entry, code, reply } = effect;
        if (entry.key && !entry.request && code !== 'aborted')
          report({ kind: 'dropped', type: entry.type, message: entry.message, code });
        return settle(entry.key)?.failed(new ClientError(entry.type, code, reply));
      }
    }
  }

  function settle(key: number) {
    const settler = settlers.get(key);
    settlers.delete(key);
    return settler;
  }

  async function askToken({ attempt, code, epoch }: Effect & { kind: 'token' }): Promise<void> {
    const { token } = options;
    if (typeof token !== 'function') return dispatch({ kind: 'token', epoch, token: token ?? null });
    asking = new AbortController();
    try {
      dispatch({ kind: 'token', epoch, token: await token({ attempt, signal: asking.signal, code }) });
    } catch (error) {
      dispatch({ kind: 'token-failed', epoch, error });
    }
  }

  function open({ token, epoch }: Effect & { kind: 'open' }): void {
    if (epoch !== state.epoch) return;
    try {
      debug('open', options.address(null));
      const opening = new (options.socket())(options.address(token));
      socket = opening;
      opening.onopen = () => dispatch({ kind: 'opened', epoch });
      opening.onclose = ({ code }: { code: number }) => {
        if (epoch === state.epoch) debug('close', code);
        dispatch({ kind: 'closed', epoch, code });
      };
      opening.onmessage = ({ data }: { data: unknown }) => receive(epoch, data);
      // Never taken away: the package `ws` throws where nobody listens. What follows is the close event.
      opening.onerror = () => {};
    } catch {
      dispatch({ kind: 'closed', epoch, code: 1006 });
    }
  }

  function receive(epoch: number, data: unknown): void {
    if (epoch !== state.epoch || state.name !== 'connected') return;
    debug('in', data);
    const inbound = options.read(data);
    if ('type' in inbound) dispatch({ kind: 'message', epoch, ...inbound });
    else {
      dispatch({ kind: 'message', epoch, type: null, message: {} });
      if (inbound.report) report(inbound.report);
    }
  }

  function drop(code: number | undefined): void {
    asking?.abort();
    asking = undefined;
    const dropped = socket;
    socket = undefined;
    if (!dropped) return;
    dropped.onopen = dropped.onmessage = dropped.onclose = null;
    attempt(() => dropped.close(code));
  }

  /** A socket may refuse what its state does not allow; its close event then says the rest. */
  function attempt(call: () => void): void {
    try {
      call();
    } catch {}
  }

  return {
    dispatch,
    get state() {
      return state;
    },
    get isDisposed() {
      return isDisposed;
    },
    connect(): void {
      // What no attempt could mend is told at once: no WebSocket, an incomplete address.
      options.socket();
      options.address(null);
      dispatch({ kind: 'connect', online: environment.isOnline(), hidden: environment.isHidden() });
    },
    /** A promise that nobody handles is no unhandled rejection: a dropped message is reported besides. */
    send(type: string, fields: Message, request: boolean, timeoutMs?: number, signal?: AbortSignal) {
      const promise = new Promise<Message | undefined>((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const key = ++keys;
        const abort = () => {
          settle(key);
          reject(signal!.reason);
          dispatch({ kind: 'abort', key });
        };
        const end =
          <T>(call: (value: T) => void) =>
          (value: T) => {
            signal?.removeEventListener('abort', abort);
            call(value);
          };
        signal?.addEventListener('abort', abort);
        settlers.set(key, { done: end(resolve), failed: end(reject) });
        if (isDisposed) settle(key)!.failed(new ClientError(type, 'closed'));
        else dispatch({ kind: 'send', key, type, fields, request, timeoutMs, buffered: buffered() });
      });
      promise.catch(() => {});
      return promise;
    },
    dispose(): void {
      dispatch({ kind: 'close', dispose: true });
      isDisposed = true;
    },
  };
}
