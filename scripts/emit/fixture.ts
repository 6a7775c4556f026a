// Builds small contracts for the tests of the emitters.
import type { Channel, ClientMessage, Contract, JsonSchema, Message, ServerMessage } from '../model.ts';

const source = { pointer: '', line: 1 } as const;
const fact = { level: 'MUST', source } as const;

function message(type: string, name: string, schema: JsonSchema): Message {
  return { ...fact, key: name, name, type, schema, examples: [], operation: name };
}

export function clientMessage(
  type: string,
  name: string,
  schema: JsonSchema,
  rest: Partial<ClientMessage> = {},
): ClientMessage {
  const own = { reply: null, requires: [], idempotent: null, request: null, queued: false };
  return { ...message(type, name, schema), ...own, ...rest };
}

export function serverMessage(
  type: string,
  name: string,
  schema: JsonSchema,
  rest: Partial<ServerMessage> = {},
): ServerMessage {
  return { ...message(type, name, schema), delivery: { ...fact, to: 'direct' }, triggers: [], ...rest };
}

/** A flat message: its discriminator `type` and the given properties. */
export function flat(type: string, properties: JsonSchema = {}, required: readonly string[] = []): JsonSchema {
  return { type: 'object', properties: { type: { const: type }, ...properties }, required: ['type', ...required] };
}

export function channel(name: string, rest: Partial<Channel> = {}): Channel {
  return {
    name,
    address: `/${name}`,
    server: 'main',
    pathname: '',
    parameters: [],
    query: [],
    envelope: { discriminator: '/type', payload: null, id: null, timestamp: null, source },
    error: null,
    auth: null,
    closeCodes: [],
    heartbeats: [],
    reconnect: null,
    queue: null,
    room: null,
    resync: null,
    limits: { message: null, binary: null, encoding: null, rate: null, backlog: null, shutdown: null },
    clientMessages: [],
    serverMessages: [],
    source,
    ...rest,
  };
}

export function contract(channels: readonly Channel[], rest: Partial<Contract> = {}): Contract {
  return {
    modelVersion: 1,
    title: 'Fixture',
    version: '1.0.0',
    document: 'fixture.yaml',
    hash: '0'.repeat(64),
    servers: [{ name: 'main', host: 'localhost', protocol: 'ws', pathname: '', source }],
    channels,
    definitions: {},
    ...rest,
  };
}
