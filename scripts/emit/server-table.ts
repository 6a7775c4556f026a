// Decides what a server needs to know of a channel: the model without documentation, levels and sources, its messages named
// by type. The server runtime's own declaration of this table is what the generated code is compiled against.
import type { Channel, ClientMessage, Contract, Fact, Field, JsonSchema, ServerMessage } from '../model.ts';
import { leastMessage, withParts } from './least-message.ts';
import { isSchema, referenceOf, schemaMap } from './schema.ts';

/** The table of a channel as plain data; durations as in the document. */
export function serverTable(contract: Contract, channel: Channel) {
  const typeOf = messageTypes(channel);
  const { room, resync, error } = channel;
  return {
    name: channel.name,
    address: channel.address,
    pathname: channel.pathname,
    parameters: channel.parameters.map(({ name, schema }) => ({ name, schema: resolved(contract, schema) })),
    query: channel.query.map(({ name, required, schema }) => ({ name, required, schema: resolved(contract, schema) })),
    envelope: {
      discriminator: channel.envelope.discriminator,
      payload: channel.envelope.payload,
      id: channel.envelope.id,
      timestamp: channel.envelope.timestamp,
    },
    error: error && {
      type: typeOf.server(error.message),
      code: error.code,
      text: error.text,
      pointer: error.pointer,
      id: error.id,
      codes: error.codes.map(({ code, when }) => ({ code, when })),
    },
    auth: authTable(channel),
    // By these a server chooses what it sends.
    closeCodes: channel.closeCodes
      .filter(({ sentBy }) => sentBy === 'server' || sentBy === 'both')
      .map(({ code, name, when }) => ({ code, name, when })),
    heartbeats: channel.heartbeats.map((beat) => ({
      initiator: beat.initiator,
      kind: beat.kind,
      ping: beat.ping === null ? null : typeOf.either(beat.ping, beat.initiator),
      pong: beat.pong === null ? null : typeOf.either(beat.pong, beat.initiator === 'client' ? 'server' : 'client'),
      intervalMs: beat.intervalMs,
      timeoutMs: beat.timeoutMs,
      onOpen: beat.onOpen,
      satisfiedBy: beat.satisfiedBy,
      echo: beat.echo.map(({ from, to }) => ({ from, to })),
      timeoutCode: beat.timeoutCode,
    })),
    room: room && {
      scope: room.scope,
      parameter: room.parameter,
      joinOnOpen: room.joinOnOpen,
      join: roomMessage(room.join, typeOf),
      leave: roomMessage(room.leave, typeOf),
      selector: room.selector,
      presence: room.presence && {
        joined: { type: typeOf.server(room.presence.joined.message), match: matches(room.presence.joined.match) },
        left: { type: typeOf.server(room.presence.left.message), match: matches(room.presence.left.match) },
        per: room.presence.per,
        user: room.presence.user,
      },
      life: room.life,
    },
    resync: resync && {
      scope: resync.scope,
      sequence: resync.sequence,
      timestamp: resync.timestamp,
      messages: resync.messages.map(typeOf.server),
      request: {
        type: typeOf.client(resync.request.message),
        lastSequence: resync.request.lastSequence,
        lastTimestamp: resync.request.lastTimestamp,
        joins: resync.request.joins,
      },
      history: resync.history.messages,
      snapshot: resync.snapshot && {
        type: typeOf.server(resync.snapshot.message),
        sequence: resync.snapshot.sequence,
      },
    },
    limits: limitsTable(channel),
    client: byType(channel.clientMessages, (message) => clientRow(message, typeOf)),
    server: byType(channel.serverMessages, (message) => serverRow(contract, channel, message)),
  };
}

type Types = ReturnType<typeof messageTypes>;

function messageTypes(channel: Channel) {
  const find = (messages: readonly { readonly key: string; readonly type: string }[]) => {
    const types = new Map(messages.map(({ key, type }) => [key, type]));
    return (key: string): string => types.get(key) ?? key;
  };
  const client = find(channel.clientMessages);
  const server = find(channel.serverMessages);
  return {
    client,
    server,
    either: (key: string, sender: 'client' | 'server') => (sender === 'client' ? client(key) : server(key)),
  };
}

/** Without a prototype's names in the way: `__proto__` may be a type. */
function byType<M extends { readonly type: string }, R>(messages: readonly M[], row: (message: M) => R) {
  return Object.fromEntries(messages.map((message) => [message.type, row(message)]));
}

function resolved(contract: Contract, schema: JsonSchema): JsonSchema {
  const name = referenceOf(schema);
  const target = name === undefined ? undefined : contract.definitions[name];
  if (isSchema(target)) return resolved(contract, target);
  const { title: _title, description: _description, examples: _examples, 'x-ws-should': _should, ...rules } = schema;
  return rules;
}

function authTable({ auth }: Channel) {
  return (
    auth && {
      parameter: auth.parameter,
      format: auth.format,
      algorithms: auth.algorithms,
      claims: auth.claims.map(({ name, required }) => ({ name, required })),
      answers: auth.answers.map((answer) =>
        answer.by === 'status'
          ? { when: answer.when, by: 'status' as const, statuses: answer.statuses }
          : { when: answer.when, by: 'close' as const, code: answer.code },
      ),
    }
  );
}

function roomMessage(
  row: (Fact & { readonly message: string; readonly room: string | null; readonly onlyAddress: boolean }) | null,
  typeOf: Types,
) {
  return row && { type: typeOf.client(row.message), room: row.room, onlyAddress: row.onlyAddress };
}

function matches(rows: readonly { readonly pointer: string; readonly value: unknown }[]) {
  return rows.map(({ pointer, value }) => ({ pointer, value }));
}

function limitsTable({ limits }: Channel) {
  const { message, binary, encoding, rate, backlog, shutdown, compression } = limits;
  return {
    message: message && { bytes: message.bytes, code: message.code },
    binary: binary && { code: binary.code },
    encoding: encoding && { code: encoding.code },
    rate: rate && { perSecond: rate.perSecond, burst: rate.burst, strikes: rate.strikes, code: rate.code },
    backlog: backlog && { bytes: backlog.bytes, code: backlog.code },
    shutdown: shutdown && { code: shutdown.code, withinMs: shutdown.withinMs },
    ...(compression?.allowed && { compression: true }),
  };
}

function clientRow(message: ClientMessage, typeOf: Types) {
  const { idempotent, reply } = message;
  return {
    key: message.key,
    requires: message.requires.map((row) =>
      row.condition === 'role'
        ? { condition: 'role' as const, role: row.role, error: row.error }
        : { condition: 'membership' as const, error: row.error },
    ),
    reply: reply && {
      types: reply.messages.map(typeOf.server),
      correlation: reply.correlation && { request: reply.correlation.request, reply: reply.correlation.reply },
    },
    idempotent: idempotent && {
      property: idempotent.property,
      scope: idempotent.scope,
      windowMs: idempotent.windowMs,
      answer: typeOf.server(idempotent.answer),
      conflict: idempotent.conflict,
    },
  };
}

function serverRow(contract: Contract, channel: Channel, message: ServerMessage) {
  const onJoin = fieldsOn(message, 'join');
  const onLeave = fieldsOn(message, 'leave');
  const template = leastMessage(contract, channel, message);
  const numbers = numbersBeyond(contract, channel, message, template);
  return {
    key: message.key,
    delivery: message.delivery?.to ?? ('direct' as const),
    template,
    ...(numbers.length > 0 && { numbers }),
    ...(onJoin && { onJoin }),
    ...(onLeave && { onLeave }),
  };
}

/** Sources that are text in the runtime. */
const texts: ReadonlySet<string> = new Set(['user-id', 'user-name', 'room', 'now', 'new-id']);

/** Places that a field is written to, for numbers, of which the template has no example. */
function numbersBeyond(contract: Contract, channel: Channel, message: ServerMessage, template: unknown): string[] {
  // What a client message carries is a number already.
  const written = message.triggers.flatMap(({ fields }) => fields).filter(({ source }) => texts.has(source.from));
  const targets = written.map(({ target }) => target);
  const { presence } = channel.room ?? {};
  const isPresence = presence?.joined.message === message.key || presence?.left.message === message.key;
  if (isPresence && presence.user !== null) targets.push(presence.user);
  return [...new Set(targets)].filter(
    (target) => !hasValue(template, target) && isNumberAt(contract, message.schema, target),
  );
}

function hasValue(value: unknown, pointer: string): boolean {
  let at = value;
  for (const token of tokensOf(pointer)) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, token)) return false;
    at = (at as Readonly<Record<string, unknown>>)[token];
  }
  return true;
}

function isNumberAt(contract: Contract, schema: JsonSchema, pointer: string): boolean {
  let at: JsonSchema[] = withParts(contract, schema);
  for (const token of tokensOf(pointer)) {
    at = at
      .flatMap((part) => schemaMap(part, 'properties').filter(([name]) => name === token))
      .flatMap(([, inner]) => (isSchema(inner) ? withParts(contract, inner) : []));
  }
  return at.some(({ type }) => type === 'integer' || type === 'number');
}

function tokensOf(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function fieldsOn(message: ServerMessage, on: 'join' | 'leave'): readonly Field[] | undefined {
  const trigger = message.triggers.find((one) => one.on === on);
  if (trigger === undefined || trigger.fields.length === 0) return undefined;
  return trigger.fields.map(({ target, source }) => ({ target, source }));
}
