import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { dungeonMaster, makeToken, outsider, type ReferenceServer, startReferenceServer, users } from './index.ts';
import { developmentSecret } from './tokens.ts';

const secret = developmentSecret;
const [alice, bob, carol] = users;

interface Message {
  readonly type?: string;
  readonly event?: string;
  readonly [name: string]: unknown;
}

class Client {
  readonly socket: WebSocket;
  readonly closed: Promise<number>;
  readonly #inbox: Message[] = [];
  #wake: (() => void) | null = null;

  constructor(url: string) {
    this.socket = new WebSocket(url);
    this.socket.on('error', () => {});
    this.socket.on('message', (data) => {
      this.#inbox.push(JSON.parse(String(data)));
      this.#wake?.();
    });
    this.closed = new Promise((resolve) => this.socket.on('close', resolve));
  }

  send(message: object): void {
    this.socket.send(JSON.stringify(message));
  }

  /** The next message of that type; those before it are dropped. */
  async until(type: string): Promise<Message> {
    for (;;) {
      const message = this.#inbox.shift();
      if (message === undefined) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      } else if (message.type === type || message.event === type) return message;
    }
  }
}

let running: ReferenceServer;
beforeEach(async () => {
  running = await startReferenceServer();
});
afterEach(() => running.close());

const connect = async (path: string, user = alice!, parameter = 'token'): Promise<Client> => {
  const token = await makeToken(user, { secret });
  const client = new Client(`${running.url}${path}${path.includes('?') ? '&' : '?'}${parameter}=${token}`);
  await new Promise((resolve) => client.socket.on('open', resolve));
  return client;
};

describe('chat', () => {
  const room = '/chat/ws/chat/den/';

  it('keeps history, oldest first, in pages', async () => {
    const client = await connect(room);
    for (const message of ['one', 'two', 'three']) client.send({ type: 'chat_message', data: { message } });
    for (let n = 0; n < 3; n++) await client.until('chat_message');
    client.send({ type: 'load_history', id: 'h1', data: { limit: 2 } });
    const page = (await client.until('history')) as {
      id: string;
      data: { messages: { id: string; content: string }[] };
    };
    expect(page).toMatchObject({ id: 'h1', data: { has_more: true } });
    expect(page.data.messages.map(({ content }) => content)).toEqual(['two', 'three']);
    client.send({ type: 'load_history', data: { before: page.data.messages[0]?.id } });
    expect(await client.until('history')).toMatchObject({ data: { messages: [{ content: 'one' }], has_more: false } });
    client.send({ type: 'load_history', id: 'h2', data: { before: 'nothing' } });
    expect(await client.until('error')).toMatchObject({
      id: 'h2',
      data: { code: 'not_found', pointer: '/data/before' },
    });
  });

  it('counts what others wrote since it was marked as read', async () => {
    const ours = await connect(room);
    const theirs = await connect(room, bob!);
    theirs.send({ type: 'chat_message', data: { message: 'hello' } });
    await ours.until('chat_message');
    ours.send({ type: 'chat_message', data: { message: 'hello yourself' } });
    await ours.until('chat_message');
    ours.send({ type: 'load_rooms', id: 'r' });
    const summary = { id: 'den', unread_count: 1, last_message: { content: 'hello yourself' } };
    expect(await ours.until('rooms')).toMatchObject({ id: 'r', data: { rooms: [summary] } });
    ours.send({ type: 'mark_room_read', data: { room_id: 'den' } });
    await ours.until('ack');
    ours.send({ type: 'load_rooms' });
    expect(await ours.until('rooms')).toMatchObject({ data: { rooms: [{ unread_count: 0 }] } });
  });

  it('answers a repeated message with the first one’s id', async () => {
    const client = await connect(room);
    const message = { type: 'chat_message', id: 'c1', data: { message: 'once' } };
    client.send(message);
    const first = (await client.until('chat_message')) as { message: { id: string } };
    expect(first).toMatchObject({ message: { client_id: 'c1', sender: { id: '1', username: 'alice' } } });
    client.send(message);
    expect(await client.until('ack')).toEqual({
      type: 'ack',
      id: 'c1',
      data: { room_id: 'den', message_id: first.message.id },
    });
  });

  it('closes one room to all but the dungeon master, by address and by message', async () => {
    const refused = await connect('/chat/ws/chat/backstage/');
    expect(await refused.closed).toBe(4003);
    const client = await connect(room);
    client.send({ type: 'join_room', id: 'j', data: { room_id: 'backstage' } });
    expect(await client.until('error')).toMatchObject({ id: 'j', data: { code: 'forbidden' } });
    const master = await connect('/chat/ws/chat/backstage/', dungeonMaster);
    master.send({ type: 'ping', data: { timestamp: 1 } });
    await master.until('pong');
  });
});

describe('tabletop', () => {
  it('welcomes a player, and tells the others once however many tabs it opens', async () => {
    const first = await connect('/tabletop/ws/game/7?character_id=12');
    const joined = await first.until('room_joined');
    const player = { user_id: 1, username: 'alice', character_id: 12, is_dm: false };
    expect(joined).toMatchObject({ data: { session_id: 7, campaign_id: 1007, player, players: [player] } });
    await first.until('player_list');
    const master = await connect('/tabletop/ws/game/7', dungeonMaster);
    await master.until('player_list');
    expect(await first.until('player_joined')).toMatchObject({ data: { player: { user_id: 8, is_dm: true } } });
    const tab = await connect('/tabletop/ws/game/7?character_id=13');
    expect(await tab.until('room_joined')).toMatchObject({ data: { player } });
    tab.send({ event: 'dm_narration', data: { narration: 'x', is_dm: true } });
    expect(await tab.until('error')).toMatchObject({ data: { code: 'forbidden' } });
    master.send({ event: 'dm_narration', data: { narration: 'A door.' } });
    expect(await first.until('dm_narration')).toMatchObject({ data: { narration: 'A door.' } });
  });

  it('answers for a room over HTTP, with the same token', async () => {
    const info = `${running.url.replace('ws', 'http')}/tabletop/ws/room/7/info`;
    const token = await makeToken(carol!, { secret });
    expect((await fetch(info)).status).toBe(401);
    expect((await fetch(`${info}?token=${token}`)).status).toBe(404);
    const player = await connect('/tabletop/ws/game/7');
    await player.until('player_list');
    const response = await fetch(info, { headers: { authorization: `Bearer ${token}` } });
    expect(await response.json()).toMatchObject({
      session_id: 7,
      campaign_id: 1007,
      players: [{ user_id: 1 }],
      player_count: 1,
      created_at: expect.stringMatching(/Z$/),
    });
    player.send({ event: 'leave_room' });
    await player.until('room_left');
    expect((await fetch(`${info}?token=${token}`)).status).toBe(404);
  });

  it('knows no session beyond its fixtures', async () => {
    expect(await (await connect('/tabletop/ws/game/101')).closed).toBe(4004);
  });
});

describe('climbing', () => {
  const session = '/climbing/ws/sessions/00000000-0000-4000-8000-000000000000/';

  it('stores a message, and shows it to both participants', async () => {
    const [inviter, invitee] = [await connect(session), await connect(session, bob!)];
    // Its own answer to a message shows that it has joined.
    invitee.send({ type: 'nothing' });
    await invitee.until('error');
    inviter.send({ type: 'message', content: 'Saturday?' });
    expect(await invitee.until('message')).toMatchObject({
      content: 'Saturday?',
      sender_id: '1',
      sender_name: 'alice',
    });
    const kept = await running.server
      .channel('climbing')!
      .store.read('messages 00000000-0000-4000-8000-000000000000', 10);
    expect(kept).toMatchObject([{ content: 'Saturday?' }]);
  });

  it('broadcasts nothing that it cannot store', async () => {
    await running.close();
    running = await startReferenceServer({
      decorate: (seam) => ({
        ...seam,
        engine: Object.assign(Object.create(seam.engine) as typeof seam.engine, {
          append: () => Promise.reject(new Error('disk full')),
          publish: seam.engine.publish.bind(seam.engine),
          subscribe: seam.engine.subscribe.bind(seam.engine),
          join: seam.engine.join.bind(seam.engine),
          leave: seam.engine.leave.bind(seam.engine),
          close: seam.engine.close.bind(seam.engine),
        }),
      }),
    });
    const inviter = await connect(session);
    inviter.send({ type: 'message', content: 'lost?' });
    expect(await inviter.until('error')).toMatchObject({ code: 'unavailable' });
  });

  it('is closed to others, who do not learn whether it exists', async () => {
    expect(await (await connect(session, outsider)).closed).toBe(4004);
    expect(await (await connect('/climbing/ws/sessions/dead-beef/')).closed).toBe(4004);
  });
});

describe('bucketlist and notifications', () => {
  it('tells the sender of a message that it was viewed, and the back end tells the rest', async () => {
    const [viewer, sender] = [
      await connect('/bucketlist/ws/', alice, 'accessToken'),
      await connect('/bucketlist/ws/', bob, 'accessToken'),
    ];
    expect(await viewer.until('USER_PRESENCE_CONNECTED')).toMatchObject({ data: { user_id: '2' } });
    viewer.send({ type: 'MESSAGE_VIEWED', data: { id: 'm', sender_id: '2' } });
    expect(await sender.until('MESSAGE_VIEWED')).toMatchObject({ data: { id: 'm', viewer_id: '1' } });
    const notified = await connect('/chat/ws/notifications/');
    notified.send({ type: 'ping', data: { timestamp: 'as it is' } });
    expect(await notified.until('pong')).toMatchObject({ data: { timestamp: 'as it is' } });
    const message = { type: 'notification', data: { id: 'n', title: 't', body: 'b', level: 'info' } };
    await running.server.publish('notifications', message, { to: 'user', users: ['1'] });
    expect(await notified.until('notification')).toEqual(message);
  });
});

describe('arena', () => {
  it('shows in a snapshot what the server’s own code changed', async () => {
    const player = await connect('/arena/ws/game/lobby/');
    player.send({ type: 'JOIN_ROOM', roomId: 'lobby' });
    expect(await player.until('STATE_SNAPSHOT')).toMatchObject({ seq: 0 });
    const to = { to: 'room', room: 'lobby' } as const;
    await running.server.publish('arena', { type: 'DELTA_UPDATE', changes: { door: 'open' } }, to);
    await running.server.publish('arena', { type: 'SCORE_UPDATE', scores: { ada: 3 } }, to);
    expect(await player.until('SCORE_UPDATE')).toMatchObject({ seq: 2, scores: { ada: 3 } });
    player.send({ type: 'JOIN_ROOM', roomId: 'lobby' });
    expect(await player.until('STATE_SNAPSHOT')).toEqual({
      type: 'STATE_SNAPSHOT',
      seq: 2,
      state: { door: 'open', scores: { ada: 3 } },
    });
  });
});
