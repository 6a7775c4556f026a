// Decides what a client needs to know of a channel: the model without documentation, levels and sources, its messages named
// by type, pointers as paths, defaults filled in. The client runtime's own declaration of this table is what the generated
// code is compiled against.
import type { Channel, ClientMessage, Contract, Pointer } from '../model.ts';

/** Where a contract does not say how its clients reconnect. */
const RECONNECT = {
  initialMs: 1000,
  multiplier: 2,
  maxMs: 30_000,
  jitter: 0.5,
  spreadMs: 5000,
  attempts: null,
  stableMs: 10_000,
  handshakeTimeoutMs: 10_000,
  tokenTimeoutMs: 10_000,
  offlineRetryMs: 30_000,
};
/** Where a contract has no queue: what waits for a slow socket. */
const PACING = { messages: 100, bytes: null, maxAgeMs: 60_000, overflow: 'drop-oldest' };
/** Where a contract says nothing of a request's timeout. */
const REQUEST_TIMEOUT_MS = 10_000;
/** A server lets no more than its backlog stand unsent, so no message of it is larger. */
const INBOUND = 1_048_576;

type Row = { readonly [name: string]: unknown };

/** The table of a channel as plain data. What is undefined, null or false is left out. `answering`, `beating` and `resync`
 * name the parts of the runtime that the channel needs. */
export function clientTable(_contract: Contract, channel: Channel): Row {
  const { auth, envelope, error, limits, queue, room } = channel;
  const serverType = typesOf(channel.serverMessages);
  const clientType = typesOf(channel.clientMessages);
  const reconnect = channel.reconnect ?? RECONNECT;
  const bounds = queue ?? PACING;
  const messages = channel.clientMessages
    .map((message) => [message.type, messageRow(channel, message, serverType)] as const)
    .filter(([, row]) => Object.keys(row).length > 0);
  const autoJoin =
    room?.join && !room.joinOnOpen && room.parameter !== null
      ? compact({ type: clientType(room.join.message), room: path(room.join.room) })
      : null;
  const ping = pingRow(channel, clientType, serverType);
  const pong = pongRow(channel, clientType, serverType);
  return compact({
    channel: channel.name,
    pathname: channel.pathname,
    address: channel.address,
    token: auth?.parameter,
    type: path(envelope.discriminator),
    id: path(envelope.id),
    timestamp: path(envelope.timestamp),
    error: error && compact({ type: serverType(error.message), id: path(error.id) }),
    ready: readyRow(channel, serverType),
    codes: Object.fromEntries(channel.closeCodes.map(({ code, client }) => [code, client])),
    beating: ping !== undefined || pong !== undefined,
    ping,
    pong,
    reconnect: pick(reconnect, Object.keys(RECONNECT)),
    queue: compact({
      onlyReady: queue === null,
      messages: bounds.messages,
      bytes: bounds.bytes,
      maxAgeMs: bounds.maxAgeMs,
      rejectNewest: bounds.overflow === 'reject-newest',
    }),
    maxBytes: limits.message?.bytes ?? Number.MAX_SAFE_INTEGER,
    maxInbound: limits.backlog?.bytes ?? INBOUND,
    parameter: room?.parameter,
    autoJoin,
    resync: resyncRow(channel, clientType, serverType),
    answering: autoJoin !== null || messages.some(([, row]) => 'answers' in row || 'join' in row),
    messages: Object.fromEntries(messages),
    unique: uniqueRow(channel, serverType),
  });
}

type TypeOf = (key: string) => string;

function typesOf(messages: readonly { readonly key: string; readonly type: string }[]): TypeOf {
  const types = new Map(messages.map(({ key, type }) => [key, type]));
  return (key) => types.get(key) ?? key;
}

/** RFC 6901: `/a~1b` is `['a/b']`. */
function path(pointer: Pointer | null | undefined): string[] | undefined {
  return pointer
    ?.split('/')
    .slice(1)
    .map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function compact(row: Row): Row {
  const isSaid = (value: unknown): boolean => value !== undefined && value !== null && value !== false;
  return Object.fromEntries(Object.entries(row).filter(([, value]) => isSaid(value)));
}

function pick(row: object, names: readonly string[]): Row {
  return compact(Object.fromEntries(Object.entries(row).filter(([name]) => names.includes(name))));
}

/** A browser lets an application close with 1000 or 3000 to 4999, and throws at any other code. */
const sendable = (code: number | null): number | null => (code !== null && code >= 3000 ? code : null);

function readyRow({ auth }: Channel, serverType: TypeOf): Row {
  if (auth === null || auth.ready.length === 0) return { afterMs: 0 };
  const types = auth.ready.flatMap((row) => (row.on === 'message' && row.message !== null ? [row.message] : []));
  const delays = auth.ready.flatMap((row) => (row.on === 'open' ? [row.afterMs] : []));
  return compact({
    types: types.length > 0 ? types.map(serverType) : null,
    any: auth.ready.some((row) => row.on === 'message' && row.message === null),
    afterMs: delays.length > 0 ? Math.min(...delays) : null,
  });
}

function pingRow(channel: Channel, clientType: TypeOf, serverType: TypeOf): Row | undefined {
  const beat = clientBeat(channel);
  return (
    beat &&
    compact({
      type: clientType(beat.ping),
      reply: serverType(beat.pong),
      intervalMs: beat.intervalMs,
      timeoutMs: beat.timeoutMs,
      onOpen: beat.onOpen,
      answerOnly: beat.satisfiedBy === 'answer',
      code: sendable(beat.timeoutCode),
    })
  );
}

function pongRow({ heartbeats }: Channel, clientType: TypeOf, serverType: TypeOf): Row | undefined {
  const beat = heartbeats.find(({ initiator, ping, pong }) => initiator === 'server' && ping !== null && pong !== null);
  return (
    beat &&
    compact({
      ping: serverType(beat.ping ?? ''),
      type: clientType(beat.pong ?? ''),
      intervalMs: beat.intervalMs,
      timeoutMs: beat.timeoutMs,
      echo: beat.echo.length > 0 ? beat.echo.map(({ from, to }) => [path(from), path(to)]) : null,
      code: sendable(beat.timeoutCode),
    })
  );
}

/** The heartbeat that a client sends as a message. Frames are a matter of the WebSocket itself. */
function clientBeat({ heartbeats }: Channel) {
  for (const beat of heartbeats)
    if (beat.initiator === 'client' && beat.ping !== null && beat.pong !== null)
      return { ...beat, ping: beat.ping, pong: beat.pong };
  return undefined;
}

function resyncRow({ resync, room }: Channel, clientType: TypeOf, serverType: TypeOf): Row | undefined {
  if (resync === null) return undefined;
  const { request, snapshot, client } = resync;
  const isByTime = request.lastSequence === null;
  const replay = client.afterReconnect.filter((key) => key !== room?.join?.message);
  return compact({
    types: resync.messages.map(serverType),
    sequence: path(resync.sequence),
    timestamp: isByTime ? path(resync.timestamp) : null,
    request: compact({
      type: clientType(request.message),
      lastSequence: path(request.lastSequence),
      lastTimestamp: isByTime ? path(request.lastTimestamp) : null,
    }),
    snapshot: snapshot && { type: serverType(snapshot.message), sequence: path(snapshot.sequence) },
    replay: replay.map(clientType),
    // What is asked for last is answered last.
    end: client.end && clientType(replay.at(-1) ?? request.message),
    gapTimeoutMs: client.gapTimeoutMs,
    holdback: client.holdback,
  });
}

function messageRow(channel: Channel, message: ClientMessage, serverType: TypeOf): Row {
  const { reply, idempotent, request, key } = message;
  const { room, envelope, resync } = channel;
  const beat = clientBeat(channel);
  const answers: unknown[] = (reply?.messages ?? []).map((name) => [
    serverType(name),
    ...(reply?.correlation ? [path(reply.correlation.request), path(reply.correlation.reply)] : []),
  ]);
  const endsReplay = resync?.client.end && resync.client.afterReconnect.at(-1) === key ? resync.client.end : null;
  // What the contract pairs elsewhere is an answer too, even where the operation names no reply.
  for (const paired of [beat?.ping === key ? beat.pong : null, endsReplay])
    if (paired && answers.length === 0) answers.push([serverType(paired)]);
  if (idempotent) {
    if (envelope.id) answers.push([serverType(idempotent.answer), path(idempotent.property), path(envelope.id)]);
    const { echo } = idempotent;
    if (echo) answers.push([serverType(echo.message), path(idempotent.property), path(echo.property)]);
  }
  const isRequest = answers.length > 0;
  const isSpared = (reason: 'error' | 'disconnect' | 'not-ready') =>
    request !== null && !request.rejectedBy.includes(reason);
  return compact({
    answers: isRequest ? answers : null,
    timeoutMs: isRequest ? (request?.timeoutMs ?? REQUEST_TIMEOUT_MS) : null,
    waits: isSpared('not-ready'),
    stays: isSpared('disconnect'),
    ignoresErrors: isSpared('error'),
    idempotent: idempotent !== null,
    unqueued: !message.queued,
    join: room?.join?.message === key ? path(room.join.room) : null,
    leave: room?.leave?.message === key ? path(room.leave.room) : null,
    stamps: beat?.ping === key && beat.echo.length > 0 ? beat.echo.map(({ from }) => path(from)) : null,
  });
}

/** The id that a repeat of an idempotent message shares with the first one is the id of what the first one caused. */
function uniqueRow({ clientMessages }: Channel, serverType: TypeOf): Row | undefined {
  const rows = clientMessages.flatMap(({ idempotent }) => {
    const id = idempotent?.echo && idempotent.carries?.[0]?.from;
    return id ? [[serverType(idempotent.echo.message), path(id)]] : [];
  });
  return rows.length > 0 ? Object.fromEntries(rows) : undefined;
}
