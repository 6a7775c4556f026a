// The generated TypeScript client as an adapter: commands in, events out. Where the lines travel is the caller's.
import * as arena from '../../generated/channels/arena/client.ts';
import * as bucketlist from '../../generated/channels/bucketlist/client.ts';
import * as chat from '../../generated/channels/chat/client.ts';
import * as climbing from '../../generated/channels/climbing/client.ts';
import * as notifications from '../../generated/channels/notifications/client.ts';
import * as tabletop from '../../generated/channels/tabletop/client.ts';

export const channels = { arena, bucketlist, chat, climbing, notifications, tabletop };
// biome-ignore lint/suspicious/noExplicitAny: what comes is checked by the suite, and what goes too.
type Any = any;

/** What differs from the plain client: a WebSocket where none is global, cases side by side, what a test puts around it. */
export type Parts = { WebSocket?: Any; parallel?: number; around?: (table: Any, options: Any, make: Any) => Any };

/** Returns what takes a line. `write` gets one without its end. */
export function createAdapter(place: string, write: (line: string) => void, parts: Parts = {}): (line: string) => void {
  const { WebSocket, parallel, around = (_: Any, options: Any, make: Any) => make(options) } = parts;
  const instances = new Map<string, Any>();
  const say = (line: object) => write(JSON.stringify(line));

  function create({ client: id, channel, url, parameters, query, options }: Any): object {
    const tell = (event: string, more: object) => say({ event, client: id, ...more });
    const tokens: Any[] = [];
    const { page, environment, clock } = pretend(options.timeScale);
    const token = () => new Promise((...settle) => tell('token-requested', { request: tokens.push(settle) }));
    const plain = { WebSocket, url, parameters, query, ...options, environment, token, clock };
    const { [`${channel}Table`]: table, [`${channel}Client`]: make } = (channels as Any)[channel];
    const client = around(table, plain, make);
    client.onAny((message: Any) => tell('message', { message }));
    client.onReport(({ kind, from, to, type, code, message, error }: Any) => {
      if (kind === 'gap') tell('gap', { from, to });
      else if (kind === 'dropped') tell('drop', { type, code, message });
      else tell('error', { kind: ['handler', 'unread'].includes(kind) ? 'other' : kind, message: String(error ?? '') });
    });
    client.subscribe(() => {
      const { name: state, ready, reason, code } = client.state;
      tell('state', { state, ready, reason, code });
    });
    return instances.set(id, { client, tokens, page }) && {};
  }

  function carryOut(command: Any): object | undefined {
    const { id, type, fields, event, client: name } = command;
    const op = command.op.replace(/^(join|leave)$/, 'request');
    if (op === 'hello') return { implementation: { name: `wirepact client, ${place}` }, parallel };
    if (op === 'create') return create(command);
    const { client, tokens, page } = instances.get(name) ?? {};
    if (op === 'state' && client) return { state: client.state.name, ready: client.state.ready };
    const settle = (promise: Promise<unknown>) =>
      promise.then(
        (reply) => say({ event: 'settled', client: name, of: id, ok: true, reply }),
        ({ code, reply }) => say({ event: 'settled', client: name, of: id, ok: false, code, reply }),
      );
    const commands: Record<string, () => unknown> = {
      bye: () => {},
      connect: () => client.connect(),
      close: () => client.close(),
      dispose: () => instances.delete(name) && client.dispose(),
      send: () => settle(client.send(type, fields)),
      request: () => settle(client.request(type, fields)),
      token: () =>
        tokens?.[command.request - 1]?.['token' in command ? 0 : 1](command.token ?? new Error(command.error)),
      environment: () => page(event),
    };
    if (!Object.hasOwn(commands, op)) return undefined;
    commands[op]?.();
    return {};
  }

  return (line) => {
    const command = JSON.parse(line);
    try {
      const answer = carryOut(command);
      const outcome = answer ? { ok: true, ...answer } : { error: { code: 'unsupported', message: command.op } };
      say({ id: command.id, ...outcome });
    } catch (error) {
      say({ id: command.id, error: { code: 'failed', message: String(error) } });
    }
  };
}

/** A page that is what the suite says, and a clock that runs as fast as it says, but for the timers of a page asleep. */
function pretend(scale: number) {
  const listeners = new Set<Any>();
  const last: Record<string, boolean> = {};
  let overdue: Map<unknown, () => void> | undefined;
  const page = (event: string) => {
    const due = event === 'wake' ? overdue : undefined;
    if (event === 'sleep' || event === 'wake') overdue = event === 'sleep' ? new Map() : undefined;
    else last[{ online: 'offline', visible: 'hidden' }[event] ?? event] = !/online|visible/.test(event);
    for (const call of due?.values() ?? []) call();
    for (const call of overdue || due ? [] : [...listeners]) call(event);
  };
  const listen = (call: Any) => listeners.add(call) && (() => listeners.delete(call));
  const [base, from] = [Date.now(), performance.now()];
  const clock = {
    now: () => base + (performance.now() - from) / scale,
    setTimeout(call: () => void, ms: number) {
      const timer: unknown = setTimeout(() => (overdue ? overdue.set(timer, call) : call()), ms * scale);
      return timer;
    },
    clearTimeout: (timer: Any) => overdue?.delete(timer) || clearTimeout(timer),
  };
  return { page, clock, environment: { isOnline: () => !last.offline, isHidden: () => last.hidden === true, listen } };
}
