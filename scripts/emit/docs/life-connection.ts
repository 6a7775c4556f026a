// The scenes of a connection's own life: it opens, is refused, beats, ends, and comes back.
import type { AuthCondition, Channel, ClientAction, CloseCode, Heartbeat } from '../../model.ts';
import { PAIR_LANES, type Scene, type Step } from './sequence.ts';
import { duration } from './words.ts';

const client = (text: string): Step => ({ from: 0, to: 1, text });
const server = (text: string): Step => ({ from: 1, to: 0, text });
const remark = (text: string): Step => ({ remark: text });

type TypeOf = (key: string | null) => string;

/** The discriminator of a message by its key. */
export function typesIn(channel: Channel): TypeOf {
  const types = new Map([...channel.clientMessages, ...channel.serverMessages].map(({ key, type }) => [key, type]));
  return (key) => types.get(key ?? '') ?? key ?? '';
}

function request({ address, auth }: Channel): Step {
  const token = auth?.parameter ? `?${auth.parameter}=…` : '';
  const path = address.length + token.length > 34 ? `…${address.slice(token.length - 33)}` : address;
  return client(`GET ${path}${token}`);
}

/** Keys of what a connection is told directly when something happens. */
function toldOn(channel: Channel, event: 'open' | 'join'): string[] {
  return channel.serverMessages
    .filter(({ delivery, triggers }) => delivery?.to === 'direct' && triggers.some(({ on }) => on === event))
    .map(({ key }) => key);
}

/** Keys of what answers a client message. */
export function answersTo(channel: Channel, key: string): string[] {
  const reply = channel.clientMessages.find((message) => message.key === key)?.reply;
  if (reply) return [...reply.messages];
  return channel.serverMessages
    .filter(({ delivery }) => delivery?.to === 'direct')
    .filter(({ triggers }) => triggers.some((trigger) => trigger.on === 'message' && trigger.message === key))
    .map((message) => message.key);
}

export function connecting(channel: Channel): Scene {
  const typeOf = typesIn(channel);
  const { room, auth, queue } = channel;
  const keyed: (readonly [key: string, step: Step])[] = [];
  const tell = (keys: readonly string[]): void => {
    for (const key of keys) keyed.push([key, server(typeOf(key))]);
  };
  tell(toldOn(channel, 'open'));
  if (room?.joinOnOpen === true) tell(toldOn(channel, 'join'));
  else if (room?.join) {
    keyed.push([room.join.message, client(typeOf(room.join.message))]);
    tell([...new Set([...answersTo(channel, room.join.message), ...toldOn(channel, 'join')])]);
  }
  for (const { onOpen, initiator, ping, pong } of channel.heartbeats) {
    if (!onOpen || ping === null || pong === null || initiator === 'server') continue;
    keyed.push([ping, client(typeOf(ping))]);
    tell([pong]);
  }
  const then = queue === null ? 'ready' : 'ready: what was queued is sent';
  const rows = auth?.ready ?? [];
  const isServers = (key: string): boolean => channel.serverMessages.some((message) => message.key === key);
  const at = keyed.findIndex(([key]) =>
    rows.some((row) => row.on === 'message' && (row.message === null ? isServers(key) : row.message === key)),
  );
  const ready = at >= 0 ? remark(then) : remark(`${then.replace('ready', `ready ${readyWords(channel, typeOf)}`)}`);
  const steps = keyed.map(([, step]) => step);
  steps.splice(at < 0 ? steps.length : at + 1, 0, ready);
  return {
    title: 'Connecting',
    lanes: PAIR_LANES,
    steps: [request(channel), server('101 Switching Protocols'), ...steps],
  };
}

function readyWords({ auth }: Channel, typeOf: TypeOf): string {
  const words = (auth?.ready ?? []).map((row) => {
    if (row.on === 'open') return row.afterMs === 0 ? 'when open' : `when open for ${duration(row.afterMs)}`;
    return row.message === null ? 'at the first message' : `at ${typeOf(row.message)}`;
  });
  return words.length === 0 ? 'when open' : words.join(', or ');
}

const REFUSED: { readonly [condition in AuthCondition]?: string } = {
  missing: 'no token',
  invalid: 'invalid token',
  expired: 'expired token',
  'unknown-user': 'unknown user',
  forbidden: 'no permission',
  'not-found': 'no such resource',
};

const DOES: { readonly [action in ClientAction]: string } = {
  stop: 'the client stops',
  'refresh-token': 'fresh token, at once again',
  retry: 'the client waits and tries again',
  slow: 'the client tries again, spread out',
};

export function refused(channel: Channel): Scene {
  const causes = new Map<string, string[]>();
  for (const answer of channel.auth?.answers ?? []) {
    const cause = REFUSED[answer.when];
    if (cause === undefined) continue;
    const end = answer.by === 'status' ? `HTTP ${answer.statuses.join(' or ')}` : `close ${answer.code}`;
    causes.set(end, [...(causes.get(end) ?? []), cause]);
  }
  const rows = [...causes].sort(([left], [right]) => Number(left > right) - Number(left < right));
  const steps = rows.flatMap(([end, why], row): Step[] => {
    const isFirstClose = end.startsWith('close') && !rows.slice(0, row).some(([other]) => other.startsWith('close'));
    const code = Number(end.slice(6));
    const action = channel.closeCodes.find((one) => one.code === code)?.client;
    const does = end.startsWith('HTTP') ? 'a failed attempt' : action === undefined ? '' : DOES[action];
    return [
      ...(isFirstClose || row === 0 ? [request(channel)] : []),
      ...(isFirstClose ? [server('101 Switching Protocols')] : []),
      { ...server(end), kind: 'end' },
      remark(`${why.join(', ')}${does === '' ? '' : `: ${does}`}`),
    ];
  });
  return { title: 'Refused', lanes: PAIR_LANES, steps };
}

export function beating(channel: Channel): Scene {
  const typeOf = typesIn(channel);
  return { title: 'Heartbeat', lanes: PAIR_LANES, steps: channel.heartbeats.flatMap((row) => beat(row, typeOf)) };
}

function beat(row: Heartbeat, typeOf: TypeOf): Step[] {
  const [own, other] = row.initiator === 'client' ? [client, server] : [server, client];
  const ping = row.kind === 'frame' ? 'ping frame' : typeOf(row.ping);
  const pong = row.kind === 'frame' ? 'pong frame' : typeOf(row.pong);
  const end = row.timeoutCode === null ? 'the connection ends' : `close ${row.timeoutCode}`;
  return [
    own(ping),
    other(pong),
    remark(`${duration(row.intervalMs)} after the last`),
    { ...own(ping), kind: 'lost' },
    remark(`nothing within ${duration(row.timeoutMs)}`),
    { ...own(end), kind: 'end' },
  ];
}

/** Characters that fit on an arrow. */
const LONGEST = 36;

export function ending(channel: Channel): Scene {
  const steps = (Object.keys(DOES) as ClientAction[]).flatMap((action): Step[] => {
    const codes = channel.closeCodes.filter((row) => row.client === action).map(({ code }) => code);
    if (codes.length === 0) return [];
    const rows: string[] = [];
    for (const range of ranges(codes)) {
      const last = rows.at(-1);
      if (last === undefined || last.length + range.length > LONGEST) rows.push(`close ${range}`);
      else rows[rows.length - 1] = `${last} ${range}`;
    }
    return [...rows.map((text): Step => ({ ...server(text), kind: 'end' })), remark(DOES[action])];
  });
  return { title: 'Close codes, by what the client does', lanes: PAIR_LANES, steps };
}

/** `1007–1010` for codes that follow one another. */
function ranges(codes: readonly CloseCode['code'][]): string[] {
  const runs: CloseCode['code'][][] = [];
  for (const code of codes) {
    const run = runs.at(-1);
    if (typeof code === 'number' && run?.at(-1) === code - 1) run.push(code);
    else runs.push([code]);
  }
  return runs.flatMap((run) => (run.length > 2 ? [`${run[0]}–${run.at(-1)}`] : run.map(String)));
}

export function returning(channel: Channel): Scene {
  const typeOf = typesIn(channel);
  const { reconnect, resync, room, queue, auth } = channel;
  if (reconnect === null) return { title: 'Coming back', lanes: PAIR_LANES, steps: [] };
  const least = reconnect.initialMs * (1 - reconnect.jitter);
  const steps: Step[] = [
    { ...server('connection lost'), kind: 'lost' },
    remark(`waits ${duration(least)} to ${duration(reconnect.initialMs)}, at each failure longer`),
    request(channel),
    ...(auth?.parameter ? [remark('the token is asked for anew')] : []),
    server('101 Switching Protocols'),
  ];
  if (resync !== null) {
    for (const key of resync.client.afterReconnect) {
      steps.push(client(key === resync.request.message ? `${typeOf(key)} from the last number` : typeOf(key)));
      if (key === resync.request.message) steps.push(server('what was missed, in order'));
      else for (const answer of answersTo(channel, key)) steps.push(server(typeOf(answer)));
    }
    steps.push(remark('each update once, in order, or a gap is told'));
  }
  if (room?.join && room.joinOnOpen) steps.push(client(`${typeOf(room.join.message)} for rooms joined so`));
  if (queue !== null) {
    steps.push(remark(`ready ${readyWords(channel, typeOf)}`));
    for (const message of channel.clientMessages)
      if (message.idempotent !== null) steps.push(client(`${message.type} not yet confirmed`));
    steps.push(client(`what was queued, up to ${duration(queue.maxAgeMs)} old`));
  }
  return { title: resync === null ? 'Coming back' : 'Coming back, and resync', lanes: PAIR_LANES, steps };
}
