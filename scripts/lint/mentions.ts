// Every place where a rule of a channel names a message, a place in a message, a close code or an error condition.
import type { Channel, ErrorCondition, Pointer } from '../model.ts';
import { joinPointer } from '../parse/pointer.ts';

export type Side = 'client' | 'server';

export interface MessageMention {
  readonly key: string;
  /** Who sends the message that is meant. */
  readonly side: Side;
  /** Where the document names it. */
  readonly at: Pointer;
  /** Places of the message that the rule reads or writes, with where the document names each. */
  readonly places: readonly { readonly pointer: Pointer | null; readonly at: Pointer }[];
}

export function messageMentions(channel: Channel): MessageMention[] {
  const mentions: MessageMention[] = [];
  const add = (
    side: Side,
    key: string | null | undefined,
    at: Pointer,
    places: readonly (readonly [Pointer | null | undefined, Pointer])[] = [],
  ) => {
    if (key === null || key === undefined) return;
    mentions.push({
      key,
      side,
      at,
      places: places.map(([pointer, where]) => ({ pointer: pointer ?? null, at: where })),
    });
  };
  mentionsOfError(channel, add);
  mentionsOfAuth(channel, add);
  mentionsOfHeartbeat(channel, add);
  mentionsOfRoom(channel, add);
  mentionsOfResync(channel, add);
  mentionsOfMessages(channel, add);
  return mentions;
}

type Add = (
  side: Side,
  key: string | null | undefined,
  at: Pointer,
  places?: readonly (readonly [Pointer | null | undefined, Pointer])[],
) => void;

function mentionsOfError({ error }: Channel, add: Add): void {
  if (error === null) return;
  const at = error.source.pointer;
  add('server', error.message, `${at}/message`, [
    [error.code, `${at}/code`],
    [error.text, `${at}/text`],
    [error.pointer, `${at}/pointer`],
    [error.id, `${at}/id`],
  ]);
}

function mentionsOfAuth({ auth }: Channel, add: Add): void {
  for (const ready of auth?.ready ?? []) {
    if (ready.on === 'message') add('server', ready.message, `${ready.source.pointer}/message`);
  }
}

function mentionsOfHeartbeat({ heartbeats }: Channel, add: Add): void {
  for (const heartbeat of heartbeats) {
    const at = heartbeat.source.pointer;
    const other: Side = heartbeat.initiator === 'server' ? 'client' : 'server';
    const place = (end: 'from' | 'to') =>
      heartbeat.echo.map((echo, index) => [echo[end], joinPointer(at, 'echo', index, end)] as const);
    add(heartbeat.initiator, heartbeat.ping, `${at}/message`, place('from'));
    add(other, heartbeat.pong, `${at}/reply`, place('to'));
  }
}

function mentionsOfRoom({ room }: Channel, add: Add): void {
  for (const one of [room?.join, room?.leave]) {
    if (one) add('client', one.message, `${one.source.pointer}/message`, [[one.room, `${one.source.pointer}/room`]]);
  }
  const presence = room?.presence;
  if (!presence) return;
  const at = presence.source.pointer;
  for (const [name, one] of [['joined', presence.joined] as const, ['left', presence.left] as const]) {
    const matches = one.match.map(
      (match, index) => [match.pointer, joinPointer(at, name, 'match', index, 'pointer')] as const,
    );
    add('server', one.message, joinPointer(at, name, 'message'), [[presence.user, `${at}/user`], ...matches]);
  }
}

function mentionsOfResync({ resync }: Channel, add: Add): void {
  if (resync === null) return;
  const at = resync.source.pointer;
  for (const [index, key] of resync.messages.entries()) {
    add('server', key, joinPointer(at, 'messages', index), [
      [resync.sequence, `${at}/sequence`],
      [resync.timestamp, `${at}/timestamp`],
    ]);
  }
  const { request, snapshot, client } = resync;
  add('client', request.message, `${request.source.pointer}/message`, [
    [request.lastSequence, `${request.source.pointer}/lastSequence`],
    [request.lastTimestamp, `${request.source.pointer}/lastTimestamp`],
  ]);
  if (snapshot !== null) {
    add('server', snapshot.message, `${snapshot.source.pointer}/message`, [
      [snapshot.sequence, `${snapshot.source.pointer}/sequence`],
    ]);
  }
  for (const [index, key] of client.afterReconnect.entries()) {
    add('client', key, joinPointer(client.source.pointer, 'afterReconnect', index));
  }
  add('server', client.end, `${client.source.pointer}/end`);
}

function mentionsOfMessages(channel: Channel, add: Add): void {
  for (const message of channel.clientMessages) {
    const { idempotent } = message;
    if (idempotent === null) continue;
    const at = idempotent.source.pointer;
    add('client', message.key, at, [[idempotent.property, `${at}/property`]]);
    const carried = (end: 'from' | 'to') =>
      (idempotent.carries ?? []).map((one, index) => [one[end], joinPointer(at, 'carries', index, end)] as const);
    add('server', idempotent.answer, `${at}/answer`, carried('to'));
    add('server', idempotent.echo?.message, `${at}/echo/message`, [
      [idempotent.echo?.property, `${at}/echo/property`],
      ...carried('from'),
    ]);
  }
  for (const message of channel.serverMessages) {
    for (const trigger of message.triggers) {
      const at = trigger.source.pointer;
      const field = (target: Pointer) => joinPointer(at, 'fields', target);
      add(
        'server',
        message.key,
        at,
        trigger.fields.map(({ target }) => [target, field(target)] as const),
      );
      if (trigger.on !== 'message') continue;
      const sources = trigger.fields.flatMap(({ target, source }) =>
        source.from === 'message' ? [[source.pointer, field(target)] as const] : [],
      );
      add('client', trigger.message, `${at}/message`, [[trigger.user, `${at}/user`], ...sources]);
    }
  }
}

export interface CodeMention {
  readonly code: number;
  readonly at: Pointer;
}

/** Close codes that rules of the channel refer to. */
export function closeCodeMentions(channel: Channel): CodeMention[] {
  const { auth, heartbeats, limits } = channel;
  const answers = (auth?.answers ?? []).flatMap((answer) =>
    answer.by === 'close' ? [{ code: answer.code, at: `${answer.source.pointer}/close` }] : [],
  );
  const timeouts = heartbeats.flatMap(({ timeoutCode, source }) =>
    timeoutCode === null ? [] : [{ code: timeoutCode, at: `${source.pointer}/timeout/close` }],
  );
  const exceeded = Object.values(limits).flatMap((limit) =>
    limit === null || !('code' in limit) ? [] : [{ code: limit.code, at: `${limit.source.pointer}/close` }],
  );
  return [...answers, ...timeouts, ...exceeded];
}

/** Error conditions that rules of the channel refer to. */
export function conditionMentions(channel: Channel): { readonly condition: ErrorCondition; readonly at: Pointer }[] {
  const refused = channel.room?.join?.refused;
  const joining = refused ? [{ condition: refused.error, at: `${refused.source.pointer}/error` }] : [];
  const sending = channel.clientMessages.flatMap(({ requires, idempotent }) => [
    ...requires.map(({ error, source }) => ({ condition: error, at: `${source.pointer}/error` })),
    ...(idempotent === null ? [] : [{ condition: idempotent.conflict, at: `${idempotent.source.pointer}/conflict` }]),
  ]);
  return [...joining, ...sending];
}
