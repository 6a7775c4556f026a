import { describe, expect, it } from 'vitest';
import { channel, clientMessage, contract, flat, serverMessage } from './fixtures/contract.ts';
import { emitServer } from './server.ts';
import { serverTable } from './server-table.ts';

const source = { pointer: '', line: 1 } as const;
const fact = { level: 'MUST', source } as const;

const room = channel('Room-1', {
  clientMessages: [
    clientMessage('say', 'Say', flat('say'), {
      key: 'sayIt',
      requires: [{ ...fact, condition: 'role', role: "king's", error: 'forbidden', description: 'Long words.' }],
    }),
    clientMessage('join', 'Join', flat('join'), { key: 'join' }),
  ],
  serverMessages: [
    serverMessage('said', 'Said', flat('said', { text: { type: 'string' }, more: {} }, ['text']), {
      key: 'said',
      examples: [{ payload: { type: 'said', text: 'x', more: 1 } }],
      delivery: { ...fact, to: 'room' },
      triggers: [{ ...fact, on: 'leave', fields: [{ target: '/text', source: { from: 'user-id' } }] }],
    }),
  ],
  room: {
    ...fact,
    scope: 'room',
    parameter: null,
    joinOnOpen: false,
    join: { ...fact, message: 'join', room: '/room', onlyAddress: true },
    leave: null,
    selector: null,
    presence: null,
    life: 'kept',
  },
});

describe('the server stub', () => {
  it('names messages by type and leaves out documentation, levels and sources', () => {
    const table = serverTable(contract([room]), room);
    expect(table.room).toEqual({
      scope: 'room',
      parameter: null,
      joinOnOpen: false,
      join: { type: 'join', room: '/room', onlyAddress: true },
      leave: null,
      selector: null,
      presence: null,
      life: 'kept',
    });
    expect(table.client.say).toMatchObject({ key: 'sayIt', requires: [{ condition: 'role', role: "king's" }] });
    expect(JSON.stringify(table)).not.toMatch(/"(source|level|description)":"?(MUST|SHOULD|Long)/);
  });

  it('says that compression may be negotiated, where the contract allows it', () => {
    const compressing = (allowed: boolean) => {
      const own = { ...room, limits: { ...room.limits, compression: { ...fact, allowed } } };
      return serverTable(contract([own]), own).limits.compression;
    };
    expect(compressing(true)).toBe(true);
    expect(compressing(false)).toBeUndefined();
    expect(serverTable(contract([room]), room).limits).not.toHaveProperty('compression');
  });

  it('keeps of an example only what the schema requires', () => {
    expect(serverTable(contract([room]), room).server.said).toEqual({
      key: 'said',
      delivery: 'room',
      template: { type: 'said', text: 'x' },
      onLeave: [{ target: '/text', source: { from: 'user-id' } }],
    });
  });

  it('asks for handlers of what the runtime does not handle by itself', () => {
    const text = emitServer(contract([room])).get('channels/room-1/server.ts');
    expect(text).toContain("readonly handled: 'say';");
    expect(text).toContain("readonly roles: 'king\\'s';");
    expect(text).toContain('readonly added: never;');
    expect(text).toContain('export function bindRoom1<State = undefined, Folded = unknown>(');
  });

  it('keeps the strings of a document data', () => {
    const hostile = channel('x', { address: "/'}; process.exit(); //*/`\u2028", serverMessages: [] });
    const text = emitServer(contract([hostile])).get('channels/x/server.ts');
    expect(text).toContain("address: '/\\'}; process.exit(); //*/`\\u2028',");
  });
});
