import { expect, test } from 'vitest';
import { documentOf, edit, kitchen } from '../fixtures/edited.ts';
import { loadContract } from '../parse/load.ts';

/** Of the mistakes in a document: code, pointer (its last two tokens and more, as far as given) and the line it is on. */
type Case = readonly [title: string, edits: readonly (readonly [string, string])[], code: string, pointer: string];

const channel = '/channels/orders';
const messages = `${channel}/messages`;

const cases: readonly Case[] = [
  [
    'x-ws-envelope: unknown key',
    [['discriminator: /type, id', 'discriminater: /type, id']],
    'vocabulary-value',
    `${channel}/x-ws-envelope/discriminater`,
  ],
  [
    'x-ws-envelope: no pointer',
    [['discriminator: /type, id: /id', 'discriminator: /type, id: id']],
    'value-type',
    `${channel}/x-ws-envelope/id`,
  ],
  [
    'x-ws-envelope: id that no message has',
    [['discriminator: /type, id: /id', 'discriminator: /type, id: /nr']],
    'pointer-unresolved',
    `${channel}/x-ws-envelope/id`,
  ],
  [
    'x-ws-error: message that is not there',
    [['message: error\n', 'message: mistake\n']],
    'message-unresolved',
    `${channel}/x-ws-error/message`,
  ],
  [
    'x-ws-error: message of the client',
    [['message: error\n', 'message: again\n']],
    'message-direction',
    `${channel}/x-ws-error/message`,
  ],
  [
    'x-ws-error: place that is not there',
    [['text: /text', 'text: /words']],
    'pointer-unresolved',
    `${channel}/x-ws-error/text`,
  ],
  [
    'x-ws-error: unknown condition',
    [['when: malformed }', 'when: malformd }']],
    'value-unknown',
    `${channel}/x-ws-error/codes/0/when`,
  ],
  [
    'x-ws-error: condition twice',
    [['when: forbidden }', 'when: invalid }']],
    'error-code-twice',
    `${channel}/x-ws-error/codes/4`,
  ],
  [
    'x-ws-parameter: unknown key',
    [['          level: SHOULD', '          lvl: SHOULD']],
    'vocabulary-value',
    `${channel}/parameters/table/x-ws-parameter/lvl`,
  ],
  [
    'x-ws-parameter: parameter not in the list',
    [['      table:\n        description', '      desk:\n        description']],
    'value-missing',
    `${channel}/parameters/table`,
  ],
  [
    'x-ws-parameter: parameter not in the address',
    [['    parameters:\n', '    parameters:\n      desk: { description: none }\n']],
    'parameter-unused',
    `${channel}/parameters/desk`,
  ],
  [
    'x-ws-auth: scheme that is not there',
    [['scheme: ticket\n', 'scheme: tickt\n']],
    'reference-unresolved',
    `${channel}/x-ws-auth/scheme`,
  ],
  [
    'x-ws-auth: scheme not in the query',
    [['in: query, name: ticket', 'in: user']],
    'value-unknown',
    `${channel}/x-ws-auth/scheme`,
  ],
  [
    'x-ws-auth: condition twice',
    [['{ when: missing, status: 403 }', '{ when: invalid, status: 403 }']],
    'auth-answer-twice',
    `${channel}/x-ws-auth/answers/1`,
  ],
  [
    'x-ws-auth: bad token without an answer',
    [['        - { when: missing, status: 403 }\n', '']],
    'auth-answer-missing',
    `${channel}/x-ws-auth/answers`,
  ],
  [
    'x-ws-auth: status that accepts',
    [['{ when: missing, status: 403 }', '{ when: missing, status: 200 }']],
    'auth-status',
    `${channel}/x-ws-auth/answers/0/status`,
  ],
  [
    'x-ws-auth: expiry at the handshake',
    [['{ when: expiry, close: 4001, level: SHOULD }', '{ when: expiry, status: 401 }']],
    'auth-status',
    `${channel}/x-ws-auth/answers/3/status`,
  ],
  [
    'x-ws-auth: neither status nor close',
    [['{ when: missing, status: 403 }', '{ when: missing }']],
    'value-missing',
    `${channel}/x-ws-auth/answers/0`,
  ],
  [
    'x-ws-auth: code without a row',
    [['{ when: expired, close: 4001 }', '{ when: expired, close: 4002 }']],
    'close-code-unlisted',
    `${channel}/x-ws-auth/answers/2/close`,
  ],
  [
    'x-ws-auth: ready at a message that is not there',
    [['message: menu }]', 'message: menue }]']],
    'message-unresolved',
    `${channel}/x-ws-auth/ready/0/message`,
  ],
  [
    'x-ws-close-codes: out of range',
    [['code: 4029, name', 'code: 999, name']],
    'close-code-range',
    `${channel}/x-ws-close-codes/6/code`,
  ],
  [
    'x-ws-close-codes: reserved',
    [['code: 4029, name', 'code: 2999, name']],
    'close-code-range',
    `${channel}/x-ws-close-codes/6/code`,
  ],
  [
    'x-ws-close-codes: never on the wire',
    [['code: 1003, name', 'code: 1006, name']],
    'close-code-range',
    `${channel}/x-ws-close-codes/4/code`,
  ],
  [
    'x-ws-close-codes: twice',
    [['code: 1003, name', 'code: 1009, name']],
    'close-code-twice',
    `${channel}/x-ws-close-codes/4/code`,
  ],
  [
    'x-ws-close-codes: quoted',
    [['code: 1003, name', "code: '1003', name"]],
    'value-type',
    `${channel}/x-ws-close-codes/4/code`,
  ],
  [
    'x-ws-close-codes: used by nothing',
    [
      [
        '      - { code: 1009, name',
        '      - { code: 4100, name: idle, sentBy: server, when: [auth], client: stop }\n      - { code: 1009, name',
      ],
    ],
    'close-code-unused',
    `${channel}/x-ws-close-codes/3/code`,
  ],
  [
    'x-ws-close-codes: same name',
    [['name: too-fast', 'name: too_big']],
    'name-collision',
    `${channel}/x-ws-close-codes/6/name`,
  ],
  [
    'x-ws-close-codes: shared row without a client',
    [[', client: stop, description: Done.', '']],
    'value-missing',
    '/components/x-ws-close-codes/normal/client',
  ],
  [
    'x-ws-heartbeat: timeout after the next',
    [['timeoutMs: 10000, satisfiedBy', 'timeoutMs: 30000, satisfiedBy']],
    'heartbeat-timeout',
    `${channel}/x-ws-heartbeat/0/timeoutMs`,
  ],
  [
    'x-ws-heartbeat: neither frame nor message',
    [['initiator: server, frame: ping', 'initiator: server']],
    'value-missing',
    `${channel}/x-ws-heartbeat/0`,
  ],
  [
    'x-ws-heartbeat: no answer',
    [
      ['        reply: helloBack\n', ''],
      ['satisfiedBy: any-message', 'satisfiedBy: answer'],
    ],
    'heartbeat-reply',
    `${channel}/x-ws-heartbeat/1/reply`,
  ],
  [
    'x-ws-heartbeat: frame of a client',
    [['initiator: server, frame', 'initiator: client, frame']],
    'heartbeat-frame',
    `${channel}/x-ws-heartbeat/0/frame`,
  ],
  [
    'x-ws-heartbeat: echo of nothing',
    [['{ from: /at, to: /at }', '{ from: /when, to: /at }']],
    'pointer-unresolved',
    `${channel}/x-ws-heartbeat/1/echo/0/from`,
  ],
  [
    'x-ws-heartbeat: code without a row',
    [['timeout: { close: 4008', 'timeout: { close: 4009']],
    'close-code-unlisted',
    `${channel}/x-ws-heartbeat/1/timeout/close`,
  ],
  [
    'x-ws-reconnect: maximum below the first',
    [['maxMs: 30000', 'maxMs: 30']],
    'reconnect-maximum',
    `${channel}/x-ws-reconnect/maxMs`,
  ],
  [
    'x-ws-reconnect: jitter above 1',
    [['jitter: 0.5', 'jitter: 50']],
    'reconnect-jitter',
    `${channel}/x-ws-reconnect/jitter`,
  ],
  [
    'x-ws-reconnect: shrinking',
    [['multiplier: 2,', 'multiplier: 0.5,']],
    'reconnect-multiplier',
    `${channel}/x-ws-reconnect/multiplier`,
  ],
  [
    'x-ws-queue: unknown overflow',
    [['overflow: drop-oldest', 'overflow: drop-old']],
    'value-unknown',
    `${channel}/x-ws-queue/overflow`,
  ],
  [
    'x-ws-queue: text for a number',
    [['{ messages: 100, maxAgeMs', '{ messages: many, maxAgeMs']],
    'value-type',
    `${channel}/x-ws-queue/messages`,
  ],
  [
    'x-ws-room: parameter that is not there',
    [['parameter: table', 'parameter: desk']],
    'parameter-unresolved',
    `${channel}/x-ws-room/parameter`,
  ],
  [
    'x-ws-room: no way in',
    [['      join: { message: sitDown, room: /table, onlyAddress: true }\n', '']],
    'room-join',
    `${channel}/x-ws-room/join`,
  ],
  [
    'x-ws-room: no name',
    [
      ['      parameter: table\n', ''],
      ['room: /table, ', ''],
    ],
    'room-name',
    `${channel}/x-ws-room/parameter`,
  ],
  [
    'x-ws-room: place that is not there',
    [['user: /who', 'user: /whom']],
    'pointer-unresolved',
    `${channel}/x-ws-room/presence/user`,
  ],
  [
    'x-ws-room: presence by a client message',
    [['left: { message: guest', 'left: { message: getUp']],
    'message-direction',
    `${channel}/x-ws-room/presence/left/message`,
  ],
  [
    'x-ws-resync: message that is not there',
    [['messages: [orderPlaced]', 'messages: [orderPlacd]']],
    'message-unresolved',
    `${channel}/x-ws-resync/messages/0`,
  ],
  [
    'x-ws-resync: numbered but direct',
    [['messages: [orderPlaced]', 'messages: [menu]']],
    'resync-delivery',
    `${channel}/x-ws-resync/messages/0`,
  ],
  [
    'x-ws-resync: nothing numbered',
    [['messages: [orderPlaced]', 'messages: []']],
    'resync-messages',
    `${channel}/x-ws-resync/messages`,
  ],
  [
    'x-ws-resync: cursor that is not there',
    [['lastSequence: /last,', 'lastSequence: /latest,']],
    'pointer-unresolved',
    `${channel}/x-ws-resync/request/lastSequence`,
  ],
  [
    'x-ws-resync: snapshot for all',
    [['snapshot: { message: menu', 'snapshot: { message: orderPlaced']],
    'resync-delivery',
    `${channel}/x-ws-resync/snapshot/message`,
  ],
  [
    'x-ws-limits: code without a row',
    [['bytes: 4096, close: 1009', 'bytes: 4096, close: 1008']],
    'close-code-unlisted',
    `${channel}/x-ws-limits/message/close`,
  ],
  [
    'x-ws-limits: no bytes',
    [['bytes: 4096, close: 1009', 'close: 1009']],
    'value-missing',
    `${channel}/x-ws-limits/message/bytes`,
  ],
  ['x-ws-limits: empty burst', [['burst: 20', 'burst: 0']], 'limits-rate', `${channel}/x-ws-limits/rate/burst`],
  [
    'x-ws-limits: backlog below one message',
    [['backlog: { bytes: 65536', 'backlog: { bytes: 100']],
    'limits-backlog',
    `${channel}/x-ws-limits/backlog/bytes`,
  ],
  [
    'x-ws-delivery: absent',
    [['      accepted:\n        x-ws-delivery: { to: direct }\n', '      accepted:\n']],
    'delivery-missing',
    `${messages}/accepted`,
  ],
  [
    'x-ws-delivery: unknown word',
    [['{ to: other-users }', '{ to: other-user }']],
    'value-unknown',
    `${messages}/guest/x-ws-delivery/to`,
  ],
  [
    'x-ws-trigger: message that is not there',
    [['message: placeOrder\n', 'message: placeOder\n']],
    'message-unresolved',
    `${messages}/orderPlaced/x-ws-trigger/0/message`,
  ],
  [
    'x-ws-trigger: source that is not there',
    [['payload#/dish', 'payload#/meal']],
    'pointer-unresolved',
    `${messages}/orderPlaced/x-ws-trigger/0/fields/~1dish`,
  ],
  [
    'x-ws-trigger: target that is not there',
    [['/cook: $user.id', '/chef: $user.id']],
    'pointer-unresolved',
    `${messages}/orderPlaced/x-ws-trigger/0/fields/~1chef`,
  ],
  [
    'x-ws-trigger: unknown source',
    [['$user.id', '$user.age']],
    'value-unknown',
    `${messages}/orderPlaced/x-ws-trigger/0/fields/~1cook`,
  ],
  [
    'x-ws-trigger: message where there is none',
    [['on: message\n            message: placeOrder\n', 'on: timer\n']],
    'trigger-source',
    `${messages}/orderPlaced/x-ws-trigger/0/fields`,
  ],
  [
    'x-ws-trigger: user who is not named',
    [['x-ws-delivery: { to: room }', 'x-ws-delivery: { to: user }']],
    'trigger-user',
    `${messages}/orderPlaced/x-ws-trigger/0/user`,
  ],
  [
    'x-ws-requires: unknown condition',
    [['condition: membership', 'condition: member']],
    'value-unknown',
    '/operations/order/x-ws-requires/0/condition',
  ],
  [
    'x-ws-requires: error without a code',
    [['        - { code: forbidden, when: forbidden }\n', '']],
    'error-code-missing',
    '/operations/order/x-ws-requires/1/error',
  ],
  [
    'x-ws-requires: role without a name',
    [['role: guest, ', '']],
    'value-missing',
    '/operations/order/x-ws-requires/1/role',
  ],
  [
    'x-ws-idempotent: property that is not there',
    [['property: /id,', 'property: /nr,']],
    'pointer-unresolved',
    '/operations/order/x-ws-idempotent/property',
  ],
  [
    'x-ws-idempotent: answer that is not there',
    [['answer: accepted', 'answer: yes-chef']],
    'message-unresolved',
    '/operations/order/x-ws-idempotent/answer',
  ],
  [
    'x-ws-idempotent: echo of a place that is not there',
    [['property: /cause', 'property: /reason']],
    'pointer-unresolved',
    '/operations/order/x-ws-idempotent/echo/property',
  ],
  [
    'x-ws-request: no reply',
    [
      ["    reply:\n      messages: [{ $ref: '#/channels/orders/messages/accepted' }]\n", ''],
      ["/menu' }", "/menu' }\n      - { $ref: '#/channels/orders/messages/accepted' }"],
    ],
    'request-without-reply',
    '/operations/order/x-ws-request',
  ],
  [
    'x-ws-request: no time',
    [['timeoutMs: 3000', 'timeoutMs: 0']],
    'request-timeout',
    '/operations/order/x-ws-request/timeoutMs',
  ],
  [
    'x-ws-should: keyword that is not there',
    [['x-ws-should: [maxLength]', 'x-ws-should: [maximum]']],
    'should-unknown',
    `${messages}/placeOrder/payload/properties/dish/x-ws-should/0`,
  ],
  [
    'x-ws-should: property that is not required',
    [['maxLength: 40, x-ws-should: [maxLength]', 'maxLength: 40, x-ws-should: [required/a]']],
    'should-unknown',
    `${messages}/placeOrder/payload/properties/dish/x-ws-should/0`,
  ],
  [
    'x-ws-level: unknown level',
    [['level: SHOULD }\n      ready', 'level: should }\n      ready']],
    'value-unknown',
    `${channel}/x-ws-auth/answers/3/level`,
  ],
  ['a key that is not one', [['x-ws-reconnect:', 'x-ws-reconect:']], 'vocabulary-key', `${channel}/x-ws-reconect`],
  [
    'a key at the wrong place',
    [['    x-ws-request: {', '    x-ws-limits: {}\n    x-ws-request: {']],
    'vocabulary-place',
    '/operations/order/x-ws-limits',
  ],
  [
    'a message key on an operation',
    [['    x-ws-request: {', '    x-ws-delivery: { to: direct }\n    x-ws-request: {']],
    'vocabulary-place',
    '/operations/order/x-ws-delivery',
  ],
  [
    'example: missing property',
    [['payload: { type: place, id: o1, dish: soup }', 'payload: { type: place, id: o1 }']],
    'example-invalid',
    `${messages}/placeOrder/examples/0/payload`,
  ],
  [
    'example: wrong type deep inside',
    [['parts: [{ name: salt }]', 'parts: [{ name: 1 }]']],
    'example-invalid',
    `${messages}/orderPlaced/examples/0/payload/parts/0/name`,
  ],
  [
    'example: a day that is not',
    [["at: '2024-01-01T00:00:00Z'", "at: '2023-02-29T00:00:00Z'"]],
    'example-invalid',
    `${messages}/orderPlaced/examples/0/payload/at`,
  ],
  [
    'example: a leap second at noon',
    [["since: '2024-02-29T23:59:60Z'", "since: '2024-02-29T12:00:60Z'"]],
    'example-invalid',
    `${messages}/again/examples/0/payload/since`,
  ],
  ['schema: not one', [['note: { type: string', 'note: { type: strin']], 'schema-invalid', `${messages}/placeOrder`],
  [
    'discriminator: another text',
    [
      ['type: { const: up }', 'type: { const: sit }'],
      ['payload: { type: up }', 'payload: { type: sit }'],
    ],
    'discriminator-twice',
    `${messages}/getUp/payload`,
  ],
  [
    'discriminator: absent',
    [['properties: { type: { const: up } }', 'properties: { type: { type: string } }']],
    'discriminator-not-constant',
    `${messages}/getUp/payload`,
  ],
  [
    'discriminator: a number',
    [
      ['type: { const: up }', 'type: { const: 7 }'],
      ['payload: { type: up }', 'payload: { type: 7 }'],
    ],
    'discriminator-not-text',
    `${messages}/getUp/payload`,
  ],
  [
    'discriminator: optional',
    [['          required: [type, seq]\n', '          required: [seq]\n']],
    'discriminator-optional',
    `${messages}/menu/payload`,
  ],
  [
    'names: equal after casing',
    [['    Id: { type', '    iD: { type: string }\n    id: { type: string }\n    Id: { type']],
    'name-collision',
    '/components/schemas/Id',
  ],
  [
    'names: messages equal after casing',
    [
      [
        '      getUp:\n',
        '      sit-down: { payload: { type: object, required: [type], properties: { type: { const: sd } } } }\n      getUp:\n',
      ],
      ["/getUp' }", "/getUp' }\n      - { $ref: '#/channels/orders/messages/sit-down' }"],
    ],
    'name-collision',
    `${messages}/sit-down`,
  ],
  [
    'names: no letter',
    [['    Id: { type', "    '!': { type: string }\n    Id: { type"]],
    'name-empty',
    '/components/schemas/!',
  ],
  [
    'pattern: exponential',
    [["'^[^<>]*$'", "'^(a+)+$'"]],
    'pattern-backtracks',
    `${messages}/placeOrder/payload/properties/note/pattern`,
  ],
  [
    'pattern: no expression',
    [["'^[^<>]*$'", "'^[^<>*$'"]],
    'pattern-invalid',
    `${messages}/placeOrder/payload/properties/note/pattern`,
  ],
  [
    'pattern: exponential in a parameter',
    [["'^[a-z0-9]{1,8}$'", "'^(a|a)*$'"]],
    'pattern-backtracks',
    `${channel}/parameters/table/x-ws-parameter/schema/pattern`,
  ],
  [
    'schema: open tuple',
    [["items: { $ref: '#/components/schemas/Part' } }", 'items: [{ type: object }] }']],
    'schema-tuple',
    '/components/schemas/Placed/properties/parts/items',
  ],
  [
    'schema: properties by pattern',
    [
      [
        'Error: { type: object, properties: { why: { type: string } } }',
        'Error: { type: object, patternProperties: { "^x": {} } }',
      ],
    ],
    'schema-pattern-properties',
    '/components/schemas/Error/patternProperties',
  ],
  [
    'schema: keyword of another draft',
    [['note: { type: string', 'note: { nullable: true, type: string']],
    'schema-keyword',
    `${messages}/placeOrder/payload/properties/note/nullable`,
  ],
  [
    'reply: id on one side only',
    [
      [
        "required: [type, id]\n          properties: { type: { const: accepted }, id: { $ref: '#/components/schemas/Id' } }",
        'required: [type]\n          properties: { type: { const: accepted } }',
      ],
      ['payload: { type: accepted, id: o1 }', 'payload: { type: accepted }'],
    ],
    'reply-correlation',
    '/operations/order/reply',
  ],
  [
    'reply: to all',
    [
      [
        '      accepted:\n        x-ws-delivery: { to: direct }\n',
        '      accepted:\n        x-ws-delivery: { to: room }\n',
      ],
    ],
    'reply-delivery',
    `${messages}/accepted/x-ws-delivery`,
  ],
  [
    'reply: nothing',
    [
      ["messages: [{ $ref: '#/channels/orders/messages/accepted' }]", 'messages: []'],
      ["/menu' }", "/menu' }\n      - { $ref: '#/channels/orders/messages/accepted' }"],
    ],
    'reply-empty',
    '/operations/order/reply',
  ],
  [
    'message: in no operation',
    [["      - { $ref: '#/channels/orders/messages/guest' }\n", '']],
    'message-unused',
    `${messages}/guest`,
  ],
  [
    'message: in two operations',
    [
      [
        "messages: [{ $ref: '#/channels/orders/messages/placeOrder' }]",
        "messages: [{ $ref: '#/channels/orders/messages/placeOrder' }, { $ref: '#/channels/orders/messages/again' }]",
      ],
    ],
    'message-twice',
    '/operations/move',
  ],
  [
    'reference: to nothing',
    [
      [
        "id: { $ref: '#/components/schemas/Id' }\n            dish",
        "id: { $ref: '#/components/schemas/ID2' }\n            dish",
      ],
    ],
    'reference-unresolved',
    `${messages}/placeOrder/payload/properties/id`,
  ],
  [
    'reference: with siblings',
    [
      [
        "failed: { $ref: '#/components/schemas/Error' }",
        "failed: { $ref: '#/components/schemas/Error', type: object }",
      ],
    ],
    'reference-siblings',
    '/components/schemas/Placed/properties/failed',
  ],
  [
    'reference: to the network',
    [["failed: { $ref: '#/components/schemas/Error' }", "failed: { $ref: 'https://example.org/error.yaml' }"]],
    'reference-url',
    '/components/schemas/Placed/properties/failed',
  ],
  [
    'reference: out of the folder',
    [["failed: { $ref: '#/components/schemas/Error' }", "failed: { $ref: '../../etc/passwd' }"]],
    'reference-outside',
    '/components/schemas/Placed/properties/failed',
  ],
  [
    'operation: no channel',
    [
      [
        "    action: send\n    channel: { $ref: '#/channels/orders' }",
        "    action: send\n    channel: { $ref: '#/servers/kitchen' }",
      ],
    ],
    'operation-channel',
    '/operations/tell',
  ],
];

test('the fixture has no mistake', async () => {
  const { findings } = await loadContract(documentOf(kitchen), { official: false });
  expect(findings).toEqual([]);
});

test.each(cases)('%s', async (_title, edits, code, pointer) => {
  const { findings } = await loadContract(documentOf(edit(kitchen, ...edits)), { official: false });
  const found = findings.find((finding) => finding.code === code && finding.pointer === pointer);
  expect(found, JSON.stringify(findings, null, 1)).toBeDefined();
  expect(found?.message).toMatch(/\.$/);
  expect(found?.fix ?? found?.expected).toBeDefined();
});

test('a mistake is told with its place, what was expected, found, and what to do', async () => {
  const text = edit(kitchen, ['overflow: drop-oldest', 'overflow: drop-old']);
  const line = text.split('\n').findIndex((one) => one.includes('drop-old')) + 1;
  const { findings } = await loadContract(documentOf(text), { official: false });
  expect(findings).toHaveLength(1);
  expect(findings[0]).toMatchObject({
    severity: 'error',
    line,
    column: (text.split('\n')[line - 1] ?? '').indexOf('overflow') + 1,
    expected: 'one of drop-oldest, reject-newest',
    found: '"drop-old"',
    fix: 'Did you mean drop-oldest?',
  });
});

test('all mistakes are told in one run, in the order of the document', async () => {
  const text = edit(
    kitchen,
    ['jitter: 0.5', 'jitter: 50'],
    ['timeoutMs: 3000', 'timeoutMs: 0'],
    ['dish: soup }\n      sitDown', 'dish: 1 }\n      sitDown'],
  );
  const { findings } = await loadContract(documentOf(text), { official: false });
  const lines = findings.map(({ line }) => line);
  expect(new Set(findings.map(({ code }) => code))).toEqual(
    new Set(['example-invalid', 'reconnect-jitter', 'request-timeout', 'vocabulary-value']),
  );
  expect(lines).toEqual([...lines].sort((a, b) => a - b));
});

test('a document without x-ws keys gets hints, and no failure', async () => {
  const plain = `asyncapi: 3.0.0
info: { title: Plain, version: 1.0.0 }
channels:
  news:
    address: /news
    messages:
      item: { payload: { type: object, properties: { text: { type: string } } } }
operations:
  tell: { action: send, channel: { $ref: '#/channels/news' } }
`;
  const { findings } = await loadContract(documentOf(plain), { official: false });
  expect(new Set(findings.map(({ severity }) => severity))).toEqual(new Set(['info']));
  expect(findings.map(({ message }) => message).join(' ')).toContain('x-ws-delivery');
});
