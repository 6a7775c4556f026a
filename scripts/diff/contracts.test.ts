import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { parseDocument } from 'yaml';
import type { Contract } from '../model.ts';
import { readContract } from '../parse/load.ts';
import type { Side } from './change.ts';
import { diffContracts } from './contracts.ts';

type Edit = readonly [path: string, value?: unknown];
type Expected = readonly [id: string, ...breaks: Side[]];

const scratch = mkdtempSync(join(tmpdir(), 'wirepact-diff-'));
const path = join(scratch, 'edited.yaml');
afterAll(() => rmSync(scratch, { recursive: true }));

const folder = new URL('../fixtures/contracts/', import.meta.url);
const texts = {
  whiteboard: readFileSync(new URL('whiteboard.yaml', folder), 'utf8'),
  exchange: readFileSync(new URL('exchange.yaml', folder), 'utf8'),
};

/** Steps of a path are parted by spaces; a number is a place in a list. */
function edited(text: string, edits: readonly Edit[]): Contract {
  const document = parseDocument(text);
  for (const [path, value] of edits) {
    const steps = path.split(' ').map((step) => (/^\d+$/.test(step) ? Number(step) : step));
    if (value === undefined) document.deleteIn(steps);
    else document.setIn(steps, value);
  }
  writeFileSync(path, document.toString());
  const { contract, findings } = readContract(path);
  expect(findings).toEqual([]);
  if (contract === undefined) throw new Error('The edited document is no contract.');
  return contract;
}

const board = 'channels whiteboard';
const body = (message: string): string => `${board} messages ${message} payload properties body`;
const whiteboardRows: readonly (readonly [title: string, edits: readonly Edit[], ...expected: Expected[]])[] = [
  [
    'another title is no change',
    [
      ['info title', 'Boards'],
      [`${board} description`, 'Words.'],
    ],
  ],
  ['another address', [[`${board} address`, '/v3']], ['channel/address', 'server', 'client']],
  [
    'another path of the server',
    [['servers draw pathname', '/paint']],
    ['channel/address', 'server', 'client'],
    ['channel/address', 'server', 'client'],
  ],
  ['another place of the id', [[`${board} x-ws-envelope id`, '/header/ref']], ['envelope/id', 'server', 'client']],
  ['no ids any more', [[`${board} x-ws-envelope id`]], ['envelope/id', 'server', 'client']],
  // Messages.
  [
    'a new client message',
    [
      [
        `${board} messages sing`,
        {
          payload: {
            type: 'object',
            properties: { header: { type: 'object', properties: { kind: { const: 'sing' } } } },
          },
        },
      ],
      [
        'operations sing',
        {
          action: 'receive',
          channel: { $ref: '#/channels/whiteboard' },
          messages: [{ $ref: '#/channels/whiteboard/messages/sing' }],
        },
      ],
    ],
    ['message/added', 'server'],
  ],
  [
    'a client message that is gone',
    [[`operations point`], [`${board} messages point`], [`${board} messages pointed x-ws-trigger`, [{ on: 'server' }]]],
    ['trigger/removed', 'client'],
    ['trigger/added'],
    ['message/removed', 'server', 'client'],
  ],
  [
    'a message by another name on the wire',
    [[`${board} messages wipe payload properties header properties kind const`, 'clear']],
    ['message/renamed', 'server', 'client'],
  ],
  // Schemas: who sends breaks where less is taken, who receives breaks where more is sent.
  [
    'a shorter text from the client',
    [[`${body('draw')} properties path maxLength`, 200]],
    ['schema/maxLength', 'client'],
  ],
  [
    'a longer text from the client',
    [[`${body('draw')} properties path maxLength`, 9000]],
    ['schema/maxLength', 'server'],
  ],
  ['no bound any more', [[`${body('draw')} properties path maxLength`]], ['schema/maxLength', 'server']],
  ['a higher minimum', [[`${body('draw')} properties path minLength`, 2]], ['schema/minLength', 'client']],
  [
    'a new required field from the client',
    [[`${body('draw')} required`, ['board', 'path', 'width']]],
    ['schema/required', 'client'],
  ],
  [
    'a field that the client may leave out now',
    [[`${body('draw')} required`, ['board']]],
    ['schema/required', 'server'],
  ],
  [
    'a new required field from the server',
    [[`${body('drawn')} required`, ['board', 'path', 'by', 'width']]],
    ['schema/required', 'server'],
  ],
  [
    'a field that the server may leave out now',
    [[`${body('drawn')} required`, ['board', 'path']]],
    ['schema/required', 'client'],
  ],
  [
    'another type of a field from the server',
    [[`${body('counted')} properties boards type`, 'string']],
    ['schema/type', 'server', 'client'],
  ],
  [
    'a wider type of a field from the server',
    [[`${body('counted')} properties boards type`, 'number']],
    ['schema/type', 'client'],
  ],
  [
    'an optional field from the client, of an open object',
    [[`${body('draw')} properties colour`, { type: 'string' }]],
    ['schema/property-added'],
  ],
  ['fewer values', [[`${body('draw')} properties width enum`, [1, 2]]], ['schema/enum', 'client']],
  [
    'another pattern of a shared definition',
    [['components schemas Board pattern', '^[a-z]+$']],
    // Each message that names a board, in either direction.
    ...Array.from({ length: 5 }, (): Expected => ['schema/pattern', 'client', 'server']),
    ...Array.from({ length: 6 }, (): Expected => ['schema/pattern', 'server', 'client']),
  ],
  ['no further fields from the client', [[`${body('draw')} additionalProperties`, false]], ['schema/schema', 'client']],
  // Rules of messages.
  ['another delivery', [[`${board} messages pointed x-ws-delivery to`, 'room']], ['delivery/to', 'server', 'client']],
  [
    'another requirement',
    [['operations wipe x-ws-requires', [{ condition: 'membership', error: 'not-joined' }]]],
    ['requires/removed', 'server'],
  ],
  [
    'a new requirement',
    [['operations count x-ws-requires', [{ condition: 'membership', error: 'not-joined' }]]],
    ['requires/added', 'server', 'client'],
  ],
  [
    'a requirement that became a SHOULD',
    [['operations wipe x-ws-requires 1 level', 'SHOULD']],
    ['requires/level', 'client'],
  ],
  [
    'a longer timeout of a request',
    [['operations count x-ws-request timeoutMs', 9000]],
    ['request/timeoutMs', 'client'],
  ],
  [
    'no reply any more',
    [['operations count reply'], ['operations count x-ws-request']],
    ['reply/removed', 'client'],
    ['request/removed'],
  ],
  ['a message that may wait in the queue', [['operations point x-ws-queue']], ['queue/queued', 'client']],
  // The connection.
  ['a new claim', [[`${board} x-ws-auth claims 3`, { name: 'jti', required: true }]], ['auth.claim/added', 'client']],
  ['a claim that is required now', [[`${board} x-ws-auth claims 2 required`, true]], ['auth.claim/required', 'client']],
  ['an algorithm more', [[`${board} x-ws-auth algorithms`, ['HS384', 'HS512']]], ['auth/algorithms', 'server']],
  ['another algorithm', [[`${board} x-ws-auth algorithms`, ['HS512']]], ['auth/algorithms', 'client', 'server']],
  [
    'another answer to a missing token',
    [[`${board} x-ws-auth answers 0`, { when: 'missing', status: 401 }]],
    ['auth.answer/answer', 'server', 'client'],
  ],
  [
    'ready at another message',
    [[`${board} x-ws-auth ready`, [{ on: 'message', message: 'entered' }]]],
    ['auth.ready/added', 'client'],
    ['auth.ready/removed', 'client'],
  ],
  [
    'another meaning of a close code',
    [[`${board} x-ws-close-codes 9 client`, 'stop']],
    ['close-code/client', 'client'],
  ],
  [
    'a close code that clients take as any other',
    [
      [
        `${board} x-ws-close-codes 14`,
        { code: 4500, name: 'oops', sentBy: 'server', when: ['error'], client: 'retry' },
      ],
    ],
    ['close-code/added'],
  ],
  [
    'a close code that clients must know',
    [[`${board} x-ws-close-codes 14`, { code: 4500, name: 'gone', sentBy: 'server', when: ['error'], client: 'stop' }]],
    ['close-code/added', 'client'],
  ],
  [
    'another code for an error',
    [[`${board} x-ws-error codes 0 code`, 'garbled']],
    ['error.code/code', 'server', 'client'],
  ],
  ['a code that was and is only a SHOULD', [[`${board} x-ws-error codes 6 code`, 'oops']], ['error.code/code']],
  [
    'a shorter heartbeat',
    [[`${board} x-ws-heartbeat 0 intervalMs`, 5000]],
    ['heartbeat/intervalMs', 'server', 'client'],
  ],
  ['a smaller message', [[`${board} x-ws-limits message bytes`, 1024]], ['limits.message/bytes', 'client']],
  ['a larger message', [[`${board} x-ws-limits message bytes`, 65536]], ['limits.message/bytes', 'server']],
  ['a lower rate', [[`${board} x-ws-limits rate perSecond`, 5]], ['limits.rate/perSecond', 'client']],
  ['no rate any more', [[`${board} x-ws-limits rate`]], ['limits.rate/removed', 'server']],
  ['more time to shut down', [[`${board} x-ws-limits shutdown withinMs`, 9000]], ['limits.shutdown/withinMs']],
  // What a client does by itself, and rooms.
  ['another backoff', [[`${board} x-ws-reconnect initialMs`, 5000]], ['reconnect/initialMs', 'client']],
  ['a shorter queue', [[`${board} x-ws-queue messages`, 5]], ['queue/messages', 'client']],
  ['presence a user', [[`${board} x-ws-room presence per`, 'user']], ['presence/per', 'server', 'client']],
  ['rooms that are kept', [[`${board} x-ws-room life`, 'kept']], ['room/life', 'server']],
  [
    'another message to leave',
    [[`${board} x-ws-room leave message`, 'wipe']],
    ['room.leave/message', 'server', 'client'],
  ],
];

const exchangeRows: typeof whiteboardRows = [
  ['a shorter history', [['channels quotes x-ws-resync history messages', 10]], ['resync.history/messages', 'client']],
  ['a longer history', [['channels quotes x-ws-resync history messages', 600]], ['resync.history/messages', 'server']],
  ['no numbering any more', [['channels orders x-ws-resync']], ['resync/removed', 'client']],
  ['a smaller holdback', [['channels quotes x-ws-resync client holdback', 10]], ['resync.client/holdback', 'client']],
  ['ids forgotten sooner', [['operations fill x-ws-idempotent windowMs', 1000]], ['idempotent/windowMs', 'client']],
  ['repeats that do harm', [['operations fill x-ws-idempotent']], ['idempotent/removed', 'client']],
];

for (const [title, edits, ...expected] of whiteboardRows)
  test(title, () => expect(told(texts.whiteboard, edits)).toEqual(sorted(expected)));

for (const [title, edits, ...expected] of exchangeRows)
  test(title, () => expect(told(texts.exchange, edits)).toEqual(sorted(expected)));

test('a channel that came concerns nobody, one that went breaks its clients', () => {
  const [one, two] = [edited(texts.whiteboard, []), edited(texts.exchange, [])];
  const changes = diffContracts(one, two);
  expect(changes.filter(({ id }) => id === 'channel/added').flatMap(({ breaks }) => breaks)).toEqual([]);
  const gone = changes.filter(({ id }) => id === 'channel/removed');
  expect(gone.map(({ channel, breaks }) => [channel, breaks])).toEqual(
    one.channels.map(({ name }) => [name, ['client']]),
  );
});

test('every change says where it is', () => {
  const before = edited(texts.whiteboard, []);
  const after = edited(texts.whiteboard, [[`${board} x-ws-limits message bytes`, 1024]]);
  const [change] = diffContracts(before, after);
  expect(change).toMatchObject({
    channel: 'whiteboard',
    message: null,
    sentence: 'the limit message: bytes was 16384, is 1024',
    source: { pointer: '/channels/whiteboard/x-ws-limits/message' },
    gone: false,
  });
});

test('a contract does not differ from itself, whatever it says', () => {
  for (const text of Object.values(texts)) expect(diffContracts(edited(text, []), edited(text, []))).toEqual([]);
});

function told(text: string, edits: readonly Edit[]): readonly string[] {
  const changes = diffContracts(edited(text, []), edited(text, edits));
  return sorted(changes.map(({ id, breaks }) => [id, ...breaks]));
}

/** Whom a change breaks is a set, and the order of changes is that of the document. */
function sorted(changes: readonly Expected[]): readonly string[] {
  return changes.map(([id, ...breaks]) => [id, ...[...breaks].sort()].join(' ')).sort();
}
