// Scenes that show as much as can be seen of a server: knocking, talking, mistakes, recovery, heartbeats, limits, the end.
// They know nothing of the suite's rules.
import { Buffer } from 'node:buffer';
import { get } from 'node:http';
import { connect } from 'node:net';
import { readAt, removeAt, writeAt } from '../runtime/server/pointer.ts';
import { relay } from './scene-relay.ts';
import { type Claims, paired, roomsOf, type Stage, sign, usersOf } from './stage.ts';

export type Scene = (stage: Stage) => Promise<void>;

const knock: Scene = async (stage) => {
  const { channel } = stage;
  const [room] = roomsOf(channel);
  const [user = '1', other = '2'] = usersOf(channel);
  const name = channel.auth?.parameter ?? 'token';
  const path = stage.path(room);
  const valid = stage.token(user);
  const past = Math.floor(stage.clock.now() / 1000) - 60;
  const early = channel.clientMessages.map((message) => stage.fill(message, room));
  await stage.join('watcher', other, room);
  const tries: readonly (readonly [string, string, string, (readonly string[])?])[] = [
    ['valid, early', path, `${name}=${valid}`, early],
    ['missing', path, ''],
    ['empty', path, `${name}=`],
    ['none', path, `${name}=junk`, early],
    ['expired', path, `${name}=${stage.token(user, { exp: past })}`],
    ['unknown', path, `${name}=${stage.token('99')}`],
    ['bad signature', path, `${name}=${stage.token(user, {}, {}, 'another-secret')}`],
    ['alg none', path, `${name}=${stage.token(user, {}, { alg: 'none' })}`],
    ['other algorithm', path, `${name}=${stage.token(user, {}, { alg: 'HS512' })}`],
    ['not yet', path, `${name}=${stage.token(user, { nbf: past + 3600 })}`],
    ['no claim', path, `${name}=${sign({ sub: user })}`],
    ['similar', path, `x${name}=${valid}`],
    ['repeated', path, `${name}=${valid}&${name}=junk`],
    ['behind another', path, `x=1&${name}=${valid}`],
    ['named user', path, `${name}=${valid}&user_id=${other}`, early],
    ['unknown path', '/no/such/path', `${name}=${valid}`],
    ['bad parameter', stage.path('%21%21'), `${name}=${valid}`],
    ['long parameter', stage.path('x'.repeat(64)), `${name}=${valid}`],
    ['underscored parameter', stage.path('a_b'), `${name}=${valid}`],
    ['missing room', stage.path('2147483647'), `${name}=${valid}`],
    ['missing session', stage.path('ffffffff-ffff-4fff-8fff-ffffffffffff'), `${name}=${valid}`],
    ['closed room', stage.path('backstage'), `${name}=${valid}`],
    ['closed session', stage.path('00000000-0000-4000-8000-000000000000'), `${name}=${valid}`],
    ...channel.query.flatMap(({ name: own }) =>
      ['zero', '1', '7'].map((value) => [`query ${value}`, path, `${name}=${valid}&${own}=${value}`] as const),
    ),
  ];
  for (const [who, target, query, first] of tries) await stage.open(who, target, query, first);
  await new Promise<void>((resolve) => {
    get(`${stage.server.url.replace('ws', 'http')}${path}`, (response) => {
      stage.note('plain', `${response.statusCode}`);
      response.resume();
      response.on('end', resolve);
    });
  });
  const soon = Math.floor(stage.clock.now() / 1000) + 12;
  await stage.open('brief', path, `${name}=${stage.token(user, { exp: soon })}`);
  await stage.advance(8000);
  await stage.advance(6000);
};

const talk: Scene = async (stage) => {
  const { channel } = stage;
  const [room, like, longer] = roomsOf(channel);
  const [first = '1', second = '2', third = '3', holder = '8'] = usersOf(channel);
  stage.note('channel', channel.name);
  const roles = channel.clientMessages.flatMap(({ requires }) =>
    requires.flatMap((one) => ('role' in one ? [one.role] : [])),
  );
  await stage.join('first', first, room);
  await stage.join('second', second, room);
  await stage.join('first again', first, room);
  await stage.join('holder', holder, room);
  if (roomsOf(channel) !== paired) {
    await stage.join('alike', third, like);
    await stage.join('longer', third, longer);
  }
  await stage.open('unjoined', stage.path(room), `${channel.auth?.parameter}=${stage.token(third)}`);
  for (const message of channel.clientMessages) {
    if (message.key === channel.room?.leave?.message) continue;
    for (const who of ['first', 'holder', 'unjoined']) {
      const texts = ['a', 'b', 'a'].map((id) => stage.fill(message, room, `${who}-${id}`));
      const claims = {
        sub: 'x',
        id: 'x',
        ...Object.fromEntries(
          roles.flatMap((role) => [
            ['role', role],
            [`is_${role}`, true],
          ]),
        ),
        timestamp: '2001-01-01T00:00:00.000Z',
        senderId: 'x',
      };
      const more = { ...JSON.parse(texts[0]!), 'unknown-property': 1, sender_id: 'forged', user_id: 'forged' };
      for (const text of texts) stage.send(who, text);
      await stage.settle();
      stage.clock.advance(200);
      await stage.settle();
      await stage.say(who, JSON.stringify({ ...claims, ...more }));
    }
  }
  if (roomsOf(channel) !== paired) await stage.join('first elsewhere', first, like);
  for (const message of channel.clientMessages.filter(({ key }) => key !== channel.room?.leave?.message)) {
    await stage.say('second', stage.fill(message, room, 'first-a'));
    await stage.say('first elsewhere', stage.fill(message, like, 'first-a'));
  }
  for (const message of channel.serverMessages) {
    const payload = message.examples[0]?.payload;
    const to = message.delivery?.to;
    const audience =
      to === 'room' && room !== undefined
        ? ({ to, room } as const)
        : to === 'user'
          ? ({ to, users: [first, second] } as const)
          : to === 'everyone'
            ? ({ to } as const)
            : null;
    for (let n = 0; n < 4 && audience; n += 1) await stage.server.server.publish(channel.name, payload, audience);
  }
  await stage.advance(100);
  await again(stage, 'first', first, room);
  await stage.end('first again', 'close');
  await stage.end('second', 'terminate');
  await stage.join('second', second, room);
  const leave = channel.clientMessages.find(({ key }) => key === channel.room?.leave?.message);
  if (leave) {
    await stage.say('first', stage.fill(leave, room));
    for (const message of channel.clientMessages.filter((one) => one !== leave)) {
      await stage.say('first', stage.fill(message, room, 'left'));
      await stage.say('second', stage.fill(message, room, 'left'));
    }
    const join = channel.clientMessages.find(({ key }) => key === channel.room?.join?.message);
    if (join) await stage.say('first', stage.fill(join, room));
  }
  await stage.end('second', 'close');
  for (const message of channel.clientMessages.filter((one) => one !== leave)) {
    await stage.say('holder', stage.fill(message, room, 'z'));
  }
  await again(stage, 'alike', third, like);
};

/** Joins once more, with the same ids from another connection of the same user. */
const again = async (stage: Stage, who: string, user: string, room: string | undefined): Promise<void> => {
  const { channel } = stage;
  const join = channel.clientMessages.find(({ key }) => key === channel.room?.join?.message);
  if (join) await stage.say(who, stage.fill(join, room));
  await stage.join(`${who}, later`, user, room);
  for (const message of channel.clientMessages) {
    if (message.key === channel.room?.leave?.message) continue;
    await stage.say(`${who}, later`, stage.fill(message, room, `${who}-a`));
    const [, payload] = Object.entries(JSON.parse(stage.fill(message, room, `${who}-a`)) as Claims).find(
      ([, value]) => typeof value === 'object',
    ) ?? ['', {}];
    if (typeof payload === 'object' && payload !== null) await stage.say(`${who}, later`, stage.fill(message, room));
  }
};

const mistakes: Scene = async (stage) => {
  const { channel } = stage;
  const [room, like] = roomsOf(channel);
  const [first = '1', second = '2'] = usersOf(channel);
  await stage.join('first', first, room);
  await stage.join('second', second, room);
  for (const text of ['', '{', '[]', 'null', '{}', '{"type":"none","event":"none"}', '{"type":1,"event":1}']) {
    await stage.say('first', text);
  }
  for (const message of channel.clientMessages) {
    const value: unknown = JSON.parse(stage.fill(message, room));
    for (const place of placesIn(value)) {
      if (place === channel.envelope.discriminator) continue;
      const old = readAt(value, place);
      const wrong = [removeAt(value, place), writeAt(value, place, typeof old === 'string' ? 7 : 'seven')];
      if (typeof old === 'string') {
        wrong.push(...[500, 501, 2000, 2001].map((length) => writeAt(value, place, 'x'.repeat(length))));
        wrong.push(...[500, 2000].map((length) => writeAt(value, place, '\u{1f409}'.repeat(length))));
      }
      for (const one of wrong) await stage.say('first', JSON.stringify(one));
    }
    if (like !== undefined) await stage.say('first', stage.fill(message, like));
  }
  const join = channel.clientMessages.find(({ key }) => key === channel.room?.join?.message);
  // The bundled server lets nobody in there.
  if (join && like !== undefined) await stage.say('first', stage.fill(join, 'backstage'));
  await stage.say('first', '{"type":"__proto__","__proto__":{"constructor":1}}');
  await stage.say('first', '{"number":1e999,"text":"\\ud800"}');
};

function* placesIn(value: unknown, at = ''): Generator<string> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
  for (const [key, inner] of Object.entries(value)) {
    yield `${at}/${key}`;
    yield* placesIn(inner, `${at}/${key}`);
  }
}

const recover: Scene = async (stage) => {
  const { channel } = stage;
  const { resync } = channel;
  if (!resync) return;
  const [room = ''] = roomsOf(channel);
  const times: number[] = [];
  const publish = async (count: number): Promise<void> => {
    for (let n = 0; n < count; n += 1) {
      const key = resync.messages[n % resync.messages.length];
      const payload = channel.serverMessages.find((message) => message.key === key)?.examples[0]?.payload;
      await stage.server.server.publish(channel.name, payload, { to: 'room', room });
      times.push(stage.clock.now());
      stage.clock.advance(n % 3);
    }
    await stage.settle();
  };
  const asked = channel.clientMessages.find(({ key }) => key === resync.request.message)!;
  const ask = async (who: string, position: Claims): Promise<void> => {
    let value: unknown = JSON.parse(stage.fill(asked, room));
    for (const place of [resync.request.lastSequence, resync.request.lastTimestamp]) {
      if (place !== null) value = removeAt(value, place);
    }
    for (const [place, at] of Object.entries(position)) value = writeAt(value, place, at);
    await stage.say(who, JSON.stringify(value));
  };
  const number = resync.request.lastSequence ?? '';
  const time = resync.request.lastTimestamp ?? '';
  await stage.join('member', '1', room);
  await publish(8);
  const startedAt = new Date(times[4]!).toISOString();
  await stage.join('late', '2', room);
  await publish(2);
  for (const position of [{ [number]: 3 }, { [number]: 10 }, { [number]: 99 }, { [time]: startedAt }, {}]) {
    await ask('late', position);
    await publish(1);
  }
  await ask('late', { [number]: 9, [time]: startedAt });
  await stage.open('asking', stage.path(room), `${channel.auth?.parameter}=${stage.token('3')}`);
  await ask('asking', { [number]: 9 });
  await publish(1);
  await publish(1010);
  await ask('asking', { [number]: 400 });
  await ask('asking', { [number]: 2 });
  await stage.say('late', 'not JSON');
  await publish(1);
  for (const who of ['member', 'late', 'asking']) await stage.end(who, 'close');
  await stage.join('back', '1', room);
  await publish(1);
  await ask('back', { [number]: times.length - 3 });
};

const beat: Scene = async (stage) => {
  const { channel } = stage;
  const [room] = roomsOf(channel);
  const [first = '1', second = '2'] = usersOf(channel);
  const pong = channel.heartbeats.find(({ initiator, kind }) => initiator === 'server' && kind === 'message')?.pong;
  const answer = channel.clientMessages.find(({ key }) => key === pong);
  await stage.join('answering', first, room);
  await stage.join('silent', second, room, false);
  await stage.open('unjoined', stage.path(room), `${channel.auth?.parameter}=${stage.token(second)}`);
  for (const who of ['answering', 'unjoined']) {
    for (const { ping } of channel.heartbeats.filter(({ initiator }) => initiator === 'client')) {
      await stage.say(who, stage.fill(channel.clientMessages.find(({ key }) => key === ping)!, room));
    }
  }
  stage.pong('silent', 'unasked');
  await stage.settle();
  for (let step = 0; step < 36; step += 1) {
    await stage.advance(3000);
    const lines = stage.lines.get('answering') ?? [];
    const asked = lines
      .filter((line) => line.includes(' ping '))
      .at(-1)
      ?.split(' ping ')[1];
    if (asked !== undefined) stage.pong('answering', asked);
    if (answer) await stage.say('answering', stage.fill(answer, room));
    await stage.settle();
  }
};

const exceed: Scene = async (stage) => {
  const { channel } = stage;
  const [room] = roomsOf(channel);
  const [first = '1', second = '2'] = usersOf(channel);
  const message = channel.clientMessages.find(({ key }) => key !== channel.room?.leave?.message)!;
  const padded = (bytes: number, filler = ' '): string => {
    const text = stage.fill(message, room);
    return text.replace(
      /\}$/,
      `,"padding":"${filler.repeat((bytes - text.length - 13) / Buffer.byteLength(filler))}"}`,
    );
  };
  await stage.join('watcher', second, room);
  const limit = channel.limits.message?.bytes ?? 1000;
  const each: readonly (readonly [string, string | Buffer, boolean?])[] = [
    ['at the limit', `${stage.fill(message, room)}${' '.repeat(limit - stage.fill(message, room).length)}`],
    ['over the limit', `${padded(limit)}    `],
    ['over in bytes', padded(limit + 20, 'é')],
    ['binary', Buffer.from(stage.fill(message, room)), true],
    ['not UTF-8', Buffer.from([0xff, 0xfe])],
  ];
  for (const [who, data, binary] of each) {
    await stage.join(who, first, room);
    await stage.say(who, data, binary);
    await stage.end(who, 'terminate');
  }
  await unmasked(stage, room, first);
  await stage.join('hasty', first, room);
  await stage.join('other tab', first, room);
  for (let n = 0; n < 46; n += 1) stage.send('hasty', n % 5 === 0 ? '{' : stage.fill(message, room, `n${n}`));
  await stage.settle();
  await stage.say('other tab', stage.fill(message, room, 'tab'));
  await stage.advance(2500);
  await stage.say('hasty', stage.fill(message, room, 'calm'));
  for (let n = 0; n < 60; n += 1) stage.send('hasty', stage.fill(message, room, `m${n}`));
  await stage.settle();
  await clog(stage, room, second);
};

/** Breaks the protocol below the contract. */
const unmasked = (stage: Stage, room: string | undefined, user: string): Promise<void> =>
  new Promise((resolve) => {
    const { hostname, port } = new URL(stage.server.url);
    const socket = connect(Number(port), hostname);
    const path = `${stage.path(room)}?${stage.channel.auth?.parameter}=${stage.token(user)}`;
    let bytes = 0;
    socket.write(
      `GET ${path} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`,
    );
    socket.on('data', (data) => {
      const wasOpen = bytes > 0;
      bytes += data.length;
      if (!wasOpen) socket.write(Buffer.from([0x81, 0x02, 0x7b, 0x7d]));
      const close = data.indexOf(0x88);
      if (wasOpen && close >= 0 && data.length < 80 && data.length >= close + 4)
        stage.note('unmasked', `closed ${data.readUInt16BE(close + 2)}`);
    });
    socket.on('error', () => {});
    socket.on('close', () => stage.note('unmasked', 'ended'));
    setTimeout(() => {
      socket.destroy();
      resolve();
    }, 100);
  });

/** Somebody does not read, while more is published than may wait. */
const clog = async (stage: Stage, room: string | undefined, user: string): Promise<void> => {
  const { channel } = stage;
  const server = stage.server.server;
  for (const who of [...stage.lines.keys()]) await stage.end(who, 'terminate');
  const who = 'not reading';
  await stage.join(who, user, room);
  const [message] = channel.serverMessages.filter((one) =>
    ['room', 'user', 'everyone'].includes(one.delivery?.to ?? ''),
  );
  if (!message) return;
  const value = { ...(message.examples[0]?.payload as object), padding: 'x'.repeat(60_000) };
  const to = message.delivery!.to;
  const audience =
    to === 'room' && room !== undefined
      ? ({ to, room } as const)
      : to === 'user'
        ? ({ to, users: [user] } as const)
        : ({ to: 'everyone' } as const);
  // In one tick, so that nothing can leave meanwhile; more than an operating system takes at once.
  const copies = 150;
  await Promise.all(Array.from({ length: copies }, () => server.publish(channel.name, value, audience)));
  for (let round = 0; round < 5; round += 1) await stage.settle();
  // How much had left before is chance.
  const came = stage.lines.get(who) ?? [];
  const long = came.filter((line) => line.length > 60_000);
  stage.lines.set(who, [...came.filter((line) => !long.includes(line)), long.length < copies ? 'cut' : 'all']);
};

const TICKS = 25;

/** Somebody stops reading, and the others go on. */
const stall: Scene = async (stage) => {
  const { channel } = stage;
  const [room] = roomsOf(channel);
  const [first = '1', second = '2'] = usersOf(channel);
  const message = channel.serverMessages.find((one) => one.delivery?.to === 'room');
  if (!message || room === undefined) return;
  await stage.join('reading', first, room);
  await stage.join('stalled', second, room);
  stage.pause('stalled');
  const value = { ...(message.examples[0]?.payload as object), padding: 'x'.repeat(60_000) };
  const came = (): number => (stage.lines.get('reading') ?? []).filter((line) => line.length > 60_000).length;
  for (let tick = 1; tick <= TICKS; tick += 1) {
    const copies = Array.from({ length: 10 }, () =>
      stage.server.server.publish(channel.name, value, { to: 'room', room }),
    );
    await Promise.all(copies);
    for (let round = 0; round < 50 && came() < tick * 10; round += 1) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
  const count = came();
  stage.lines.clear();
  stage.note('reading', String(count));
};

export const shutdown: Scene = async (stage) => {
  const { channel } = stage;
  const [room] = roomsOf(channel);
  const [first = '1', second = '2'] = usersOf(channel);
  await stage.join('first', first, room);
  await stage.join('second', second, room);
  const raw = connect(Number(new URL(stage.server.url).port), '127.0.0.1');
  await new Promise((resolve) => raw.once('connect', resolve));
  raw.on('error', () => {});
  // A connection that never answers the close keeps the server ending for as long as it may take.
  const path = `${stage.path(room)}?${channel.auth?.parameter}=${stage.token(first)}`;
  const upgrade = `GET ${path} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`;
  raw.write(upgrade);
  await new Promise((resolve) => raw.once('data', resolve));
  const ended = stage.server.server.shutdown().then(() => stage.note('server', 'ended'));
  await stage.settle();
  await stage.open('newcomer', stage.path(room), `${channel.auth?.parameter}=${stage.token(first)}`);
  for (let step = 0; step < 12; step += 1) {
    await stage.advance(1000);
    stage.note('server', 'waits');
  }
  raw.destroy();
  for (let step = 0; step < 20; step += 1) await stage.advance(1_000_000);
  await ended;
};

export const scenes: { readonly [name: string]: Scene } = {
  knock,
  talk,
  relay,
  mistakes,
  recover,
  beat,
  exceed,
  stall,
  shutdown,
};
