// The generated TypeScript client as an adapter: commands in, events out. Where the lines travel is the caller's.
import { arenaClient } from '../../generated/channels/arena/client.ts';
import { bucketlistClient } from '../../generated/channels/bucketlist/client.ts';
import { chatClient } from '../../generated/channels/chat/client.ts';
import { climbingClient } from '../../generated/channels/climbing/client.ts';
import { notificationsClient } from '../../generated/channels/notifications/client.ts';
import { tabletopClient } from '../../generated/channels/tabletop/client.ts';
import type { Client, ClientOptions, EnvironmentEvent, Report } from '../../runtime/client/index.ts';

type Open = (options: ClientOptions) => Client;

const channels = {
  arena: arenaClient,
  bucketlist: bucketlistClient,
  chat: chatClient,
  climbing: climbingClient,
  notifications: notificationsClient,
  tabletop: tabletopClient,
} as Record<string, unknown> as Record<string, Open>;

// biome-ignore lint/suspicious/noExplicitAny: the suite checks every line that it writes.
type Command = any;

interface Instance {
  readonly client: Client;
  readonly tokens: Map<number, { resolve(token: string): void; reject(error: Error): void }>;
  notify(event: EnvironmentEvent): void;
}

/** What differs from the plain client: where there is no global WebSocket, and what a test puts in between. */
export type Parts = Pick<ClientOptions, 'WebSocket' | 'random'> & {
  decorate?(options: ClientOptions): ClientOptions;
};

/** Returns what takes a line. `write` gets one without its end. */
export function createAdapter(place: string, write: (line: string) => void, parts: Parts = {}): (line: string) => void {
  const instances = new Map<string, Instance>();
  const say = (line: object) => write(JSON.stringify(line));

  function create({ client: id, channel, url, parameters, query, token, options }: Command): void {
    const open = channels[channel];
    if (open === undefined) throw new Error(`this client does not speak ${channel}`);
    const tell = (event: string, more: object) => say({ event, client: id, ...more });
    const tokens: Instance['tokens'] = new Map();
    let notify: Instance['notify'] = () => {};
    let asked = 0;
    let online = true;
    let hidden = false;
    const { decorate = (plain: ClientOptions) => plain, ...given } = parts;
    const client = open(
      decorate({
        ...given,
        url,
        parameters,
        query,
        pauseWhenHidden: options.pauseWhenHidden,
        clock: scaledClock(options.timeScale),
        environment: {
          isOnline: () => online,
          isHidden: () => hidden,
          listen(call) {
            notify = call;
            return () => (notify = () => {});
          },
        },
        ...(token === null
          ? {}
          : {
              token: () => {
                asked += 1;
                const request = asked;
                return new Promise<string>((resolve, reject) => {
                  tokens.set(request, { resolve, reject });
                  tell('token-requested', { request });
                });
              },
            }),
      } as ClientOptions),
    );
    client.onAny((message) => tell('message', { message }));
    client.onReport((report) => tell(...eventOf(report)));
    client.subscribe(() => {
      const { name, ready, reason, code } = client.state;
      tell('state', { state: name, ready, reason, code });
    });
    instances.set(id, {
      client,
      tokens,
      notify(event) {
        if (event === 'online' || event === 'offline') online = event === 'online';
        else hidden = event === 'hidden';
        notify(event);
      },
    });
  }

  function carryOut(command: Command): object | null {
    const { op, id, client: name } = command;
    if (op === 'hello') return { implementation: { name: `wirepact client, ${place}`, language: 'TypeScript' } };
    if (op === 'create') return create(command) ?? {};
    if (op === 'bye') return {};
    const instance = instances.get(name);
    if (instance === undefined) return null;
    const { client, tokens } = instance;
    const settle = (promise: Promise<unknown>) =>
      void promise.then(
        (reply) => say({ event: 'settled', client: name, of: id, ok: true, reply }),
        (error) =>
          say({ event: 'settled', client: name, of: id, ok: false, code: error.code ?? 'failed', reply: error.reply }),
      );
    switch (op) {
      case 'connect':
      case 'close':
        client[op as 'connect' | 'close']();
        return {};
      case 'dispose':
        client.dispose();
        instances.delete(name);
        return {};
      case 'state':
        return { state: client.state.name, ready: client.state.ready };
      case 'send':
        settle(client.send(command.type as never, command.fields as never));
        return {};
      case 'request':
      case 'join':
      case 'leave':
        settle(client.request(command.type as never, command.fields as never));
        return {};
      case 'token': {
        const waiting = tokens.get(command.request);
        if (command.error === undefined) waiting?.resolve(command.token);
        else waiting?.reject(new Error(command.error));
        return {};
      }
      case 'environment':
        instance.notify(command.event);
        return {};
      default:
        return null;
    }
  }

  return (line) => {
    const command: Command = JSON.parse(line);
    try {
      const answer = carryOut(command);
      const refusal = { error: { code: 'unsupported', message: `unknown: ${command.op}` } };
      say({ id: command.id, ...(answer === null ? refusal : { ok: true, ...answer }) });
    } catch (error) {
      say({ id: command.id, error: { code: 'failed', message: String(error) } });
    }
  };
}

function eventOf(report: Report): [event: string, more: object] {
  if (report.kind === 'gap') return ['gap', { from: report.from, to: report.to }];
  if (report.kind === 'dropped') return ['drop', { type: report.type, code: report.code, message: report.message }];
  const kind = report.kind === 'handler' || report.kind === 'unread' ? 'other' : report.kind;
  return ['error', { kind, ...('error' in report ? { message: String(report.error) } : {}) }];
}

function scaledClock(scale: number): NonNullable<ClientOptions['clock']> {
  const base = Date.now();
  const from = performance.now();
  return {
    now: () => base + (performance.now() - from) / scale,
    setTimeout: (call, ms) => setTimeout(call, ms * scale),
    clearTimeout: (timer) => clearTimeout(timer as number),
  };
}
