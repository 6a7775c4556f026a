// The messages of a channel, told apart by direction, each with its schema, examples and rules.
import type {
  ClientMessage,
  Envelope,
  Example,
  Fact,
  JsonSchema,
  Message,
  Pointer,
  Reply,
  ServerMessage,
} from '../model.ts';
import { parseDelivery } from './delivery.ts';
import { parseIdempotent } from './idempotent.ts';
import { typeName } from './names.ts';
import { type Operation, traitField } from './operations.ts';
import { isPointer } from './pointer.ts';
import { parseQueued } from './queue.ts';
import { readText, report } from './read.ts';
import { parseRequest } from './request.ts';
import { parseRequirements } from './requires.ts';
import { constantAt, type Definitions, schemasAt } from './schema-place.ts';
import type { Schemas } from './schemas.ts';
import { parseTriggers } from './trigger.ts';
import { isRecord, type Value } from './value.ts';

/** A message of a channel in one direction, before its schema is read. */
export interface MessageUse {
  readonly key: string;
  readonly name: string;
  readonly value: Value;
  readonly operation: Operation;
}

export interface MessageUses {
  readonly client: readonly MessageUse[];
  readonly server: readonly MessageUse[];
}

/** A message with its schema, before its channel's envelope is known. */
export interface ReadMessage extends MessageUse {
  readonly schema: JsonSchema;
  readonly correlation: Pointer | null;
}

/** `operations`: those of all channels, since a reply may come on another channel than its request. */
export function collectMessages(name: string, channel: Value, operations: readonly Operation[]): MessageUses {
  const messages = channel.field('messages').entries();
  const client = usesOf(name, operations, 'receive');
  const server = usesOf(name, operations, 'send');
  const used = new Set<string>();
  const sides: { client: MessageUse[]; server: MessageUse[] } = { client: [], server: [] };
  const add = (side: 'client' | 'server', key: string, value: Value, operation: Operation | undefined) => {
    if (operation === undefined) return;
    // A message of both directions gives two types of the same shape.
    const type = typeName(side === 'client' && server.has(key) ? `client ${key}` : key, 'Message', used);
    used.add(type);
    sides[side].push({ key, name: type, value, operation });
  };
  for (const [key, value] of messages) add('server', key, value, server.get(key));
  for (const [key, value] of messages) {
    add('client', key, value, client.get(key));
    if (client.has(key) || server.has(key)) continue;
    report(value, 'message-unused', {
      severity: 'warning',
      message: `The message ${JSON.stringify(key)} is in no operation, so that nobody sends it; it is left out.`,
      expected: 'an operation with action: send (the server sends it) or receive (the client does)',
      fix: 'Add it to an operation, or remove it.',
    });
  }
  return sides;
}

/** Keys by the operation that tells of them; a reply goes the other way than its operation. */
function usesOf(
  channel: string,
  operations: readonly Operation[],
  action: Operation['action'],
): Map<string, Operation> {
  const uses = new Map<string, Operation>();
  for (const operation of operations.filter((one) => one.action === action && one.channel === channel)) {
    for (const key of operation.messages) {
      const first = uses.get(key);
      if (first === undefined) uses.set(key, operation);
      else {
        report(operation.value, 'message-twice', {
          severity: 'warning',
          message: `The message ${JSON.stringify(key)} is in ${first.name} already; what ${operation.name} says of it is left out.`,
          expected: 'each message in one operation of a direction',
          fix: 'Remove it from one of them.',
        });
      }
    }
  }
  for (const operation of operations.filter((one) => one.action !== action && one.reply?.channel === channel)) {
    for (const key of operation.reply?.messages ?? []) if (!uses.has(key)) uses.set(key, operation);
  }
  return uses;
}

export function readMessage(use: MessageUse, schemas: Schemas): ReadMessage {
  const payload = traitField(use.value, 'payload');
  const schema = schemas.payload(payload, use.name);
  const location = readText(traitField(use.value, 'correlationId').resolve().field('location'));
  const prefix = '$message.payload#';
  const pointer = location?.startsWith(prefix) === true ? location.slice(prefix.length) : null;
  return { ...use, schema, correlation: pointer !== null && isPointer(pointer) ? pointer : null };
}

function parseMessage(read: ReadMessage, envelope: Envelope, definitions: Definitions): Message {
  const { key, name, value, schema, operation } = read;
  const constant = envelope.discriminator === null ? null : constantAt(schema, envelope.discriminator, definitions);
  const text = (field: string) => readText(traitField(value, field).resolve());
  const [title, summary, description] = [text('title'), text('summary'), text('description')];
  return {
    key,
    name,
    type: typeof constant?.value === 'string' ? constant.value : key,
    ...(title === undefined ? {} : { title }),
    ...(summary === undefined ? {} : { summary }),
    schema,
    examples: traitField(value, 'examples').resolve().items().flatMap(parseExample),
    operation: operation.name,
    ...messageFact(value, description),
  };
}

function messageFact(value: Value, description: string | undefined): Fact {
  const level = traitField(value, 'x-ws-level').raw === 'SHOULD' ? 'SHOULD' : 'MUST';
  return { level, source: value.source, ...(description === undefined ? {} : { description }) };
}

function parseExample(value: Value): Example[] {
  // What a payload holds is a value, so that a `$ref` in it is one too.
  const payload = value.at('payload');
  if (!payload.exists) return [];
  const name = readText(value.field('name'));
  const summary = readText(value.field('summary'));
  return [
    { ...(name === undefined ? {} : { name }), ...(summary === undefined ? {} : { summary }), payload: payload.raw },
  ];
}

export function parseServerMessage(read: ReadMessage, envelope: Envelope, definitions: Definitions): ServerMessage {
  return {
    ...parseMessage(read, envelope, definitions),
    delivery: parseDelivery(traitField(read.value, 'x-ws-delivery').resolve()),
    triggers: parseTriggers(traitField(read.value, 'x-ws-trigger').resolve()),
  };
}

export function parseClientMessage(
  read: ReadMessage,
  envelope: Envelope,
  definitions: Definitions,
  server: readonly ReadMessage[],
): ClientMessage {
  const { value } = read.operation;
  const own = read.operation.action === 'receive';
  return {
    ...parseMessage(read, envelope, definitions),
    reply: own ? parseReply(read, envelope, definitions, server) : null,
    requires: own ? parseRequirements(value) : [],
    idempotent: own ? parseIdempotent(value) : null,
    request: own ? parseRequest(value) : null,
    queued: parseQueued(value),
  };
}

function parseReply(
  read: ReadMessage,
  envelope: Envelope,
  definitions: Definitions,
  server: readonly ReadMessage[],
): Reply | null {
  const { reply } = read.operation;
  if (reply === null || reply.channel !== read.operation.channel) return null;
  const answers = server.filter((one) => reply.messages.includes(one.key));
  const level = reply.value.field('x-ws-level');
  const describe = readText(reply.value.field('description'));
  const has = (one: ReadMessage, pointer: Pointer) => schemasAt(one.schema, pointer, definitions).length > 0;
  const request = read.correlation ?? envelope.id;
  const answer = answers.find((one) => one.correlation !== null)?.correlation ?? envelope.id;
  const matched =
    request !== null &&
    answer !== null &&
    has(read, request) &&
    answers.length > 0 &&
    answers.every((one) => has(one, answer));
  return {
    messages: answers.map((one) => one.key),
    correlation: matched ? { request, reply: answer } : null,
    level:
      (isRecord(reply.value.raw) && level.exists ? level.raw : traitField(read.value, 'x-ws-level').raw) === 'SHOULD'
        ? 'SHOULD'
        : 'MUST',
    source: reply.value.source,
    ...(describe === undefined ? {} : { description: describe }),
  };
}
