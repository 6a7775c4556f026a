import { expect, test } from 'vitest';
import type { Channel } from '../model.ts';
import { emitClient } from './client.ts';
import { clientTable } from './client-table.ts';
import { channel, clientMessage, contract, flat, serverMessage } from './fixtures/contract.ts';

const source = { pointer: '', line: 1 };
const must = { level: 'MUST', source } as const;

const lobby: Channel = channel('lobby', {
  address: '/lobby/{room}',
  pathname: '/base',
  envelope: { discriminator: '/type', payload: null, id: '/meta~1id', timestamp: '/at', source },
  auth: {
    ...must,
    scheme: 'token',
    parameter: 'access',
    format: 'jwt',
    algorithms: ['HS256'],
    claims: [],
    answers: [],
    ready: [
      { ...must, on: 'message', message: null },
      { ...must, on: 'open', afterMs: 500 },
    ],
  },
  closeCodes: [
    { ...must, code: 4001, name: 'refused', sentBy: 'server', when: ['auth'], client: 'refresh-token' },
    { ...must, code: 'other', name: 'other', sentBy: 'both', when: ['error'], client: 'retry' },
  ],
  room: {
    ...must,
    scope: 'room',
    parameter: 'room',
    joinOnOpen: false,
    join: { ...must, message: 'Join', room: '/data/room', onlyAddress: false },
    leave: null,
    selector: null,
    presence: null,
    life: 'kept',
  },
  resync: {
    ...must,
    scope: 'room',
    sequence: '/seq',
    timestamp: null,
    messages: ['Moved'],
    request: {
      ...must,
      message: 'Resync',
      lastSequence: '/last',
      lastTimestamp: null,
      joins: true,
      joinsLevel: 'MUST',
    },
    history: { ...must, messages: 10 },
    snapshot: null,
    client: { ...must, afterReconnect: ['Join', 'Resync'], end: 'Done', gapTimeoutMs: 1000, holdback: 5 },
  },
  clientMessages: [
    clientMessage('JOIN', 'Join', flat('JOIN')),
    clientMessage('RESYNC', 'Resync', flat('RESYNC')),
    clientMessage('__proto__', 'Proto', flat('__proto__'), { queued: false }),
  ],
  serverMessages: [serverMessage('MOVED', 'Moved', flat('MOVED')), serverMessage('DONE', 'Done', flat('DONE'))],
});
const table = clientTable(contract([lobby]), lobby);

test('places are paths, messages are named by type', () => {
  expect(table).toMatchObject({
    channel: 'lobby',
    pathname: '/base',
    token: 'access',
    type: ['type'],
    id: ['meta/id'],
    timestamp: ['at'],
    ready: { any: true, afterMs: 500 },
    codes: { 4001: 'refresh-token', other: 'retry' },
    autoJoin: { type: 'JOIN', room: ['data', 'room'] },
    resync: { types: ['MOVED'], sequence: ['seq'], replay: ['RESYNC'], end: 'RESYNC', holdback: 5 },
  });
});

test('what ends a replay answers what is asked for last', () => {
  expect(table.messages).toMatchObject({ RESYNC: { answers: [['DONE']], timeoutMs: 10000 } });
});

test('where a contract has no number to ask by, the client asks by time', () => {
  const request = { ...lobby.resync!.request, lastSequence: null, lastTimestamp: '/since' };
  const byTime = { ...lobby, resync: { ...lobby.resync!, timestamp: '/at', request } };
  expect(clientTable(contract([byTime]), byTime).resync).toMatchObject({
    timestamp: ['at'],
    request: { type: 'RESYNC', lastTimestamp: ['since'] },
  });
});

test('what does not reject a request is told', () => {
  const patient = { ...lobby.clientMessages[0]!, request: { ...must, timeoutMs: 5, rejectedBy: ['error'] as const } };
  const { messages } = clientTable(contract([lobby]), { ...lobby, clientMessages: [patient] });
  expect(messages).toMatchObject({ JOIN: { waits: true, stays: true } });
});

test('where the contract says nothing, the defaults', () => {
  expect(table).toMatchObject({
    reconnect: { initialMs: 1000, multiplier: 2, maxMs: 30000, jitter: 0.5 },
    queue: { onlyReady: true, messages: 100, maxAgeMs: 60000 },
    maxInbound: 1048576,
  });
  expect(table.reconnect).not.toHaveProperty('attempts');
});

test('a hostile type name is a property, not a prototype', () => {
  const text = emitClient(contract([lobby])).get('channels/lobby/client.ts');
  expect(text).toContain("['__proto__']: { unqueued: true }");
  expect(text).toContain("export type LobbyClient = Client<LobbyChannel, 'type', 'meta/id' | 'at'>;");
});
