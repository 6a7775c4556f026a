// Pins the facts of the five protocols against the contract, read straight from the YAML: a slip of the pen there is a slip in
// everything that is made from it.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

type Json = { [key: string]: unknown };

const document: Json = parse(readFileSync(new URL('./asyncapi.yaml', import.meta.url), 'utf8'));

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** References followed, all the way down; message schemas stay small enough for that. */
function resolve(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(resolve);
  if (!isObject(node)) return node;
  if (typeof node.$ref === 'string') {
    const tokens = node.$ref.slice(2).split('/');
    return resolve(tokens.reduce<unknown>((found, token) => (isObject(found) ? found[token] : undefined), document));
  }
  return Object.fromEntries(Object.entries(node).map(([key, child]) => [key, resolve(child)]));
}

function object(node: unknown, ...path: string[]): Json {
  const found = path.reduce<unknown>((at, key) => (isObject(at) ? at[key] : undefined), node);
  if (!isObject(found)) throw new Error(`no object at ${path.join('.')}`);
  return found;
}

function list(node: unknown): Json[] {
  return Array.isArray(node) ? node.filter(isObject) : [];
}

const names = ['arena', 'bucketlist', 'tabletop', 'chat', 'notifications', 'climbing'];
const channels = object(resolve(document.channels));
const channel = (name: string): Json => object(channels, name);
const operations = Object.entries(object(document, 'operations'));

/** `4001`, `403 SHOULD`, `400|426`. */
function answer(row: Json): string {
  const code = row.close ?? (Array.isArray(row.status) ? row.status.join('|') : row.status);
  return row.level === 'SHOULD' ? `${code} SHOULD` : String(code);
}

function directionOf(name: string, action: string): string[] {
  return operations
    .filter(([, operation]) => isObject(operation) && operation.action === action)
    .flatMap(([, operation]) => list(object(operation).messages).map(({ $ref }) => String($ref)))
    .filter((ref) => ref.startsWith(`#/channels/${name}/messages/`))
    .map((ref) => ref.slice(ref.lastIndexOf('/') + 1));
}

function typeOf(name: string, key: string): string {
  const message = object(channel(name), 'messages', key);
  const discriminator = String(object(channel(name), 'x-ws-envelope').discriminator).slice(1);
  return String(object(message, 'payload', 'properties', discriminator).const);
}

function operationOf(name: string, key: string): Json {
  const found = operations.find(
    ([, operation]) =>
      object(operation).action === 'receive' &&
      list(object(operation).messages).some(({ $ref }) => $ref === `#/channels/${name}/messages/${key}`),
  );
  if (found === undefined) throw new Error(`no operation for ${key} of ${name}`);
  return object(resolve(found[1]));
}

describe('the document', () => {
  it('has the six channels of five servers, at their addresses', () => {
    expect(Object.keys(channels)).toEqual(names);
    expect(names.map((name) => channel(name).address)).toEqual([
      '/ws/game/{roomId}/',
      '/ws/',
      '/ws/game/{session_id}',
      '/ws/chat/{room_id}/',
      '/ws/notifications/',
      '/ws/sessions/{session_id}/',
    ]);
    expect(Object.entries(object(document, 'servers')).map(([key, server]) => [key, object(server).pathname])).toEqual(
      ['arena', 'bucketlist', 'tabletop', 'chat', 'climbing'].map((name) => [name, `/${name}`]),
    );
  });

  it('carries the token in the right parameter', () => {
    const parameters = names.map((name) => {
      const scheme = String(object(channel(name), 'x-ws-auth').scheme);
      return object(document, 'components', 'securitySchemes', scheme).name;
    });
    expect(parameters).toEqual(['token', 'accessToken', 'token', 'token', 'token', 'token']);
  });

  it('uses every shared row, and puts every message into one direction', () => {
    const references = new Set(JSON.stringify(document).match(/#\/components\/[^"]+/g));
    const unused = Object.entries(object(document, 'components')).flatMap(([section, rows]) =>
      Object.keys(object(rows)).filter((key) => !references.has(`#/components/${section}/${key}`)),
    );
    expect(unused.filter((key) => key !== 'token' && key !== 'accessToken')).toEqual([]);
    for (const name of names) {
      const both = [...directionOf(name, 'receive'), ...directionOf(name, 'send')];
      expect(both.sort()).toEqual(Object.keys(object(channel(name), 'messages')).sort());
    }
  });

  it('lets payloads have properties of their own, down to the last object', () => {
    const closed: string[] = [];
    const walk = (node: unknown, path: string): void => {
      if (Array.isArray(node)) for (const child of node) walk(child, `${path}[]`);
      if (!isObject(node)) return;
      const isMap = isObject(node.additionalProperties);
      if (node.type === 'object' && node.additionalProperties !== true && !isMap) closed.push(path);
      for (const [key, child] of Object.entries(node)) if (key !== 'examples') walk(child, `${path}/${key}`);
    };
    for (const [key, message] of Object.entries(object(document, 'components', 'messages'))) {
      walk(resolve(object(message).payload), key);
    }
    expect(closed).toEqual([]);
  });
});

describe('authentication', () => {
  const cases = ['missing', 'invalid', 'expired', 'unknown-user', 'forbidden', 'not-found', 'expiry', 'error'];

  it.each([
    ['arena', ['403', '403', '403', '403 SHOULD', '', '', '4001 SHOULD', '']],
    ['bucketlist', ['4001', '4001', '4001', '4001 SHOULD', '', '', '4001 SHOULD', '4000']],
    ['tabletop', ['4001 SHOULD', '4001', '4001 SHOULD', '4001 SHOULD', '', '4004', '4001 SHOULD', '']],
    ['chat', ['4001', '4004', '4001', '4004 SHOULD', '4003', '', '4001 SHOULD', '']],
    ['notifications', ['4001', '4004', '4001', '4004 SHOULD', '', '', '4001 SHOULD', '']],
    ['climbing', ['4001', '4003', '4003', '4002', '4004', '4004 SHOULD', '4003', '']],
  ])('%s answers what the table says', (name, expected) => {
    const answers = list(object(channel(name), 'x-ws-auth').answers);
    const cell = (when: string): string =>
      answers
        .filter((row) => row.when === when)
        .map(answer)
        .join(' and ');
    expect(cases.map(cell)).toEqual(expected);
    expect(['unknown-path', 'plain-http', 'shutdown'].map(cell)).toEqual(['404 SHOULD', '400|426', '503 SHOULD']);
    expect(cell('invalid-query')).toBe(name === 'tabletop' ? '400 SHOULD' : '');
  });

  it.each([
    ['arena', ['stateSnapshot']],
    ['bucketlist', ['any SHOULD', '1000 SHOULD']],
    ['tabletop', ['roomJoined']],
    ['chat', ['pong SHOULD']],
    ['notifications', ['pong SHOULD']],
    ['climbing', ['1000 SHOULD']],
  ])('%s is ready at its point', (name, expected) => {
    const rows = list(object(channel(name), 'x-ws-auth').ready);
    expect(rows.map((row) => `${row.afterMs ?? row.message ?? 'any'}${row.level ? ` ${row.level}` : ''}`)).toEqual(
      expected,
    );
  });
});

describe('close codes', () => {
  const common = {
    1000: 'stop',
    1001: 'retry',
    1002: 'stop SHOULD',
    1003: 'stop SHOULD',
    1005: 'retry',
    1006: 'retry',
    1007: 'stop SHOULD',
    1008: 'stop SHOULD',
    1009: 'stop SHOULD',
    1010: 'stop SHOULD',
    1011: 'retry',
    1012: 'slow',
    1013: 'slow',
    other: 'retry SHOULD',
  };

  it.each([
    ['arena', { 4001: 'refresh-token', 4008: 'retry SHOULD' }],
    ['bucketlist', { 4000: 'retry', 4001: 'refresh-token', 4008: 'retry SHOULD' }],
    ['tabletop', { 4001: 'refresh-token', 4004: 'stop', 4008: 'retry SHOULD' }],
    ['chat', { 4001: 'refresh-token', 4003: 'stop', 4004: 'stop', 4008: 'retry SHOULD', 4029: 'slow SHOULD' }],
    ['notifications', { 4001: 'refresh-token', 4004: 'stop', 4008: 'retry SHOULD', 4029: 'slow SHOULD' }],
    ['climbing', { 4001: 'refresh-token', 4002: 'stop', 4003: 'refresh-token', 4004: 'stop' }],
  ])('a client of %s does what the table says', (name, own) => {
    const rows = list(channel(name)['x-ws-close-codes']);
    const found = rows.map((row) => [row.code, row.level === 'SHOULD' ? `${row.client} SHOULD` : row.client]);
    expect(Object.fromEntries(found)).toEqual({ ...common, ...own });
    expect(new Set(rows.map((row) => row.name)).size).toBe(rows.length);
  });
});

describe('heartbeats', () => {
  const frames = 'server frame every 30000 within 10000 by answer SHOULD';

  it.each([
    [
      'arena',
      [frames, 'client ping/pong every 30000 within 10000 by any-message ends 4008 but timeoutMs onOpen satisfiedBy'],
    ],
    ['bucketlist', ['server ping/pong every 30000 within 10000 by answer ends 4008 but onOpen satisfiedBy']],
    ['tabletop', [frames, 'client ping/pong every 30000 within 10000 by any-message ends 4008 SHOULD']],
    ['chat', [frames, 'client ping/pong at once every 30000 within 5000 by any-message ends 4008 but satisfiedBy']],
    [
      'notifications',
      [frames, 'client ping/pong at once every 30000 within 5000 by any-message ends 4008 but satisfiedBy'],
    ],
    ['climbing', [frames]],
  ])('%s beats', (name, expected) => {
    const rows = list(channel(name)['x-ws-heartbeat']).map((row) =>
      [
        row.initiator,
        row.frame === undefined ? `${row.message}/${row.reply}` : 'frame',
        ...(row.onOpen === true ? ['at once'] : []),
        `every ${row.intervalMs} within ${row.timeoutMs} by ${row.satisfiedBy}`,
        ...(row.timeout === undefined ? [] : [`ends ${object(row, 'timeout').close}`]),
        ...(Array.isArray(row.should) ? [`but ${row.should.join(' ')}`] : []),
        ...(row.level === 'SHOULD' ? ['SHOULD'] : []),
      ].join(' '),
    );
    expect(rows).toEqual(expected);
  });
});

describe('reconnecting and queues', () => {
  it.each([
    ['arena', [1000, 2, 30000, 10], ['maxMs'], null],
    ['bucketlist', [1000, 1.5, 30000, 20], [], [100, 60000, 'drop-oldest']],
    ['tabletop', [3000, 1, undefined, undefined], [], null],
    ['chat', [1000, 1.5, undefined, 10], [], [100, 60000, 'drop-oldest']],
    ['notifications', [1000, 1.5, undefined, 10], [], null],
    ['climbing', [1000, 1.5, 30000, 10], ['initialMs', 'multiplier', 'maxMs', 'attempts'], [100, 60000, 'drop-oldest']],
  ])('%s comes back and keeps', (name, backoff, decided, queue) => {
    const row = object(channel(name), 'x-ws-reconnect');
    expect([row.initialMs, row.multiplier, row.maxMs, row.attempts]).toEqual(backoff);
    expect([
      row.jitter,
      row.spreadMs,
      row.stableMs,
      row.handshakeTimeoutMs,
      row.tokenTimeoutMs,
      row.offlineRetryMs,
    ]).toEqual([0.5, 5000, 10000, 10000, 10000, 30000]);
    expect([row.should].flat().sort()).toEqual(['jitter', 'stableMs', 'handshakeTimeoutMs', ...decided].sort());
    const kept = channel(name)['x-ws-queue'];
    expect(isObject(kept) ? [kept.messages, kept.maxAgeMs, kept.overflow] : null).toEqual(queue);
  });

  it('queues neither heartbeats, joins, resync, typing nor requests', () => {
    const waiting = names.flatMap((name) =>
      directionOf(name, 'receive')
        .filter((key) => operationOf(name, key)['x-ws-queue'] === undefined)
        .map((key) => `${name}.${key}`),
    );
    expect(waiting).toEqual([
      'arena.sendChat',
      'bucketlist.viewMessage',
      ...[
        'sendChatMessage',
        'sendDiceRoll',
        'sendDmNarration',
        'sendPlayerAction',
        'sendTurnChange',
        'sendCombatUpdate',
      ].map((key) => `tabletop.${key}`),
      'chat.sendChat',
      'chat.sendReadReceipt',
      'climbing.sendMessage',
    ]);
  });
});

describe('messages', () => {
  it.each([
    ['arena', 'JOIN_ROOM RESYNC PING CHAT?'],
    ['bucketlist', 'PONG MESSAGE_VIEWED?'],
    [
      'tabletop',
      'join_room leave_room chat_message dice_roll dm_narration player_action turn_change combat_update ping',
    ],
    [
      'chat',
      'chat_message typing_indicator read_receipt load_history? load_rooms? join_room? leave_room? mark_room_read? ping',
    ],
    ['notifications', 'ping'],
    ['climbing', 'message typing'],
  ])('%s takes these; those with ? were decided', (name, expected) => {
    const taken = directionOf(name, 'receive').map((key) => {
      const level = object(channel(name), 'messages', key)['x-ws-level'];
      return typeOf(name, key) + (level === 'SHOULD' ? '?' : '');
    });
    expect(taken.join(' ')).toBe(expected);
  });

  it.each([
    ['arena', 'STATE_SNAPSHOT:direct DELTA_UPDATE:room SCORE_UPDATE:room CHAT:room PONG:direct ERROR:direct?'],
    [
      'bucketlist',
      'MESSAGE_CREATED:user MESSAGE_DELETED:user MESSAGE_VIEWED:user USER_PRESENCE_CONNECTED:other-users USER_PRESENCE_DISCONNECTED:other-users BUCKETPOINT_CREATED:user BUCKETPOINT_UPDATED:user BUCKETPOINT_DELETED:user PHOTO_UPLOADED:user PHOTO_UPDATED:user PHOTO_DELETED:user ALBUM_CREATED:user ALBUM_UPDATED:user ALBUM_DELETED:user SYSTEM_NOTIFICATION:everyone PING:direct ERROR:direct?',
    ],
    [
      'tabletop',
      'room_joined:direct room_left:direct player_list:direct player_joined:other-users player_left:other-users dice_roll:room chat_message:room dm_narration:room player_action:room turn_change:room combat_update:room error:direct pong:direct',
    ],
    [
      'chat',
      'chat_message:room typing_indicator:other-users read_receipt:others user_status:other-users history:direct? rooms:direct? ack:direct pong:direct error:direct',
    ],
    ['notifications', 'notification:user pong:direct error:direct'],
    ['climbing', 'message:room typing:other-users error:direct?'],
  ])('%s sends these, to those; ? as above', (name, expected) => {
    const sent = directionOf(name, 'send').map((key) => {
      const message = object(channel(name), 'messages', key);
      const decided = message['x-ws-level'] === 'SHOULD' ? '?' : '';
      return `${typeOf(name, key)}:${object(message, 'x-ws-delivery').to}${decided}`;
    });
    expect(sent.join(' ')).toBe(expected);
  });

  it('only the dungeon master narrates, changes turns and combats', () => {
    const roles = directionOf('tabletop', 'receive').filter((key) =>
      list(operationOf('tabletop', key)['x-ws-requires']).some(
        (row) => row.condition === 'role' && row.role === 'dm' && row.error === 'forbidden' && row.level === undefined,
      ),
    );
    expect(roles).toEqual(['sendDmNarration', 'sendTurnChange', 'sendCombatUpdate']);
  });

  it('an error message is a MUST only where the protocol has one', () => {
    expect(names.filter((name) => object(channel(name), 'x-ws-error').level === undefined)).toEqual([
      'tabletop',
      'chat',
      'notifications',
    ]);
  });
});

describe('rooms, resync and limits', () => {
  it('rooms are joined as each protocol does', () => {
    const rooms = names.map((name) => {
      const room = object(channel(name), 'x-ws-room');
      const presence = isObject(room.presence) ? room.presence.per : undefined;
      return [
        name,
        room.scope,
        room.joinOnOpen,
        object({ none: {}, ...room }, isObject(room.join) ? 'join' : 'none').message,
        presence,
        room.life,
      ];
    });
    expect(rooms).toEqual([
      ['arena', 'room', false, 'joinRoom', undefined, 'kept'],
      ['bucketlist', 'channel', true, undefined, 'user', undefined],
      ['tabletop', 'room', true, 'joinRoom', 'user', 'while-joined'],
      ['chat', 'room', true, 'joinRoom', 'user', 'kept'],
      ['notifications', 'channel', true, undefined, undefined, undefined],
      ['climbing', 'room', true, undefined, undefined, 'kept'],
    ]);
  });

  it('arena numbers its updates, and no other channel does', () => {
    expect(names.filter((name) => 'x-ws-resync' in channel(name))).toEqual(['arena']);
    const resync = object(channel('arena'), 'x-ws-resync');
    expect(resync.messages).toEqual(['deltaUpdate', 'scoreUpdate', 'chat']);
    expect(object(resync, 'history')).toMatchObject({ messages: 1000, level: 'SHOULD' });
    expect(object(resync, 'client')).toMatchObject({
      afterReconnect: ['joinRoom', 'resync', 'ping'],
      end: 'pong',
      gapTimeoutMs: 1000,
      holdback: 1000,
    });
  });

  it.each(names)('%s has its limits', (name) => {
    const limits = object(channel(name), 'x-ws-limits');
    expect(object(limits, 'message')).toMatchObject({ bytes: 65536, close: 1009, level: 'SHOULD' });
    expect(object(limits, 'binary')).toMatchObject({ close: 1003, level: 'SHOULD' });
    expect(object(limits, 'encoding').close).toBe(1007);
    expect(object(limits, 'encoding').level).toBeUndefined();
    expect(object(limits, 'backlog')).toMatchObject({ bytes: 1048576, close: 1013, level: 'SHOULD' });
    expect(object(limits, 'shutdown')).toMatchObject({ close: 1012, withinMs: 10000, level: 'SHOULD' });
    const rate = { perSecond: 20, burst: 40, strikes: 10, close: 4029, level: 'SHOULD' };
    expect([limits.rate]).toEqual(
      name === 'chat' || name === 'notifications' ? [expect.objectContaining(rate)] : [undefined],
    );
  });

  it('chat recognises repeats, and its requests wait 5 s', () => {
    expect(operationOf('chat', 'sendChat')['x-ws-idempotent']).toMatchObject({
      property: '/id',
      scope: ['user', 'room'],
      windowMs: 600000,
      answer: 'ack',
      conflict: 'id-reused',
    });
    const requests = directionOf('chat', 'receive').filter((key) => 'x-ws-request' in operationOf('chat', key));
    expect(requests).toEqual(['loadHistory', 'loadRooms', 'joinRoom', 'leaveRoom', 'markRoomRead']);
    for (const key of requests) expect(object(operationOf('chat', key), 'x-ws-request').timeoutMs).toBe(5000);
  });
});

describe('bounds', () => {
  const payload = (name: string, key: string): Json => object(channel(name), 'messages', key, 'payload');
  const bounds = (schema: Json): unknown[] => [
    schema.minLength ?? schema.minItems ?? schema.minimum,
    schema.maxLength ?? schema.maxItems ?? schema.maximum,
    Array.isArray(schema['x-ws-should']) ? 'SHOULD' : 'MUST',
  ];

  it.each([
    ['arena', 'sendChat', ['properties', 'text'], [1, 500, 'MUST']],
    ['tabletop', 'sendChatMessage', ['properties', 'data', 'properties', 'message'], [1, 2000, 'SHOULD']],
    ['tabletop', 'sendDmNarration', ['properties', 'data', 'properties', 'narration'], [1, 5000, 'SHOULD']],
    ['tabletop', 'sendPlayerAction', ['properties', 'data', 'properties', 'action_type'], [1, 50, 'SHOULD']],
    ['tabletop', 'sendDiceRoll', ['properties', 'data', 'properties', 'formula'], [1, 100, 'SHOULD']],
    ['tabletop', 'sendDiceRoll', ['properties', 'data', 'properties', 'rolls'], [1, 100, 'SHOULD']],
    ['chat', 'sendChat', ['properties', 'data', 'properties', 'message'], [1, 2000, 'MUST']],
    ['chat', 'sendChat', ['properties', 'id'], [1, 64, 'MUST']],
    ['chat', 'loadHistory', ['properties', 'data', 'properties', 'limit'], [1, 100, 'MUST']],
    ['climbing', 'sendMessage', ['properties', 'content'], [1, 2000, 'MUST']],
  ])('%s %s %j', (name, key, path, expected) => {
    expect(bounds(object(payload(name, key), ...path))).toEqual(expected);
  });

  it('white space in climbing is what every trim takes away', () => {
    const pattern = new RegExp(
      String(object(payload('climbing', 'sendMessage'), 'properties', 'content').pattern),
      'u',
    );
    const everyTrim = [
      0x9, 0xa, 0xb, 0xc, 0xd, 0x20, 0xa0, 0x1680, 0x2000, 0x200a, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000,
    ];
    expect(everyTrim.filter((code) => pattern.test(String.fromCodePoint(code)))).toEqual([]);
    const notEvery = [0x1c, 0x85, 0x200b, 0xfeff, 0x41, 0x1f9d7];
    expect(notEvery.filter((code) => !pattern.test(String.fromCodePoint(code)))).toEqual([]);
    expect(pattern.test(' \n k')).toBe(true);
  });
});
