// A table with single faults in how it lets people come and go: each is one finding, not one for every case that joins or leaves.
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { afterAll, expect, it } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Contract } from '../../scripts/model.ts';
import { runServerConformance } from '../run.ts';
import { targetFromUrl } from '../target/target.ts';

const whole: Contract = JSON.parse(readFileSync(new URL('../../generated/model.json', import.meta.url), 'utf8'));
const contract: Contract = {
  ...whole,
  channels: whole.channels.filter(({ name }) => name === 'tabletop'),
};

const servers: WebSocketServer[] = [];
afterAll(() => {
  for (const server of servers) {
    for (const client of server.clients) client.terminate();
    server.close();
  }
});

/** Relays what is said, and welcomes and lets go without the events named; `room` withheld: it ends with its dungeon master. */
async function startTable(withheld: readonly string[]): Promise<string> {
  const members = new Map<WebSocket, string>();
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
  servers.push(server);
  server.on('connection', (socket, request) => {
    const room = request.url ?? '';
    const send = (to: WebSocket, event: string, data: object) => {
      if (!withheld.includes(event)) to.send(JSON.stringify({ event, data }));
    };
    const player = { user_id: 1, username: 'ada', is_dm: false, connected_at: '2026-01-01T00:00:00.000Z' };
    const join = () => {
      members.set(socket, room);
      send(socket, 'room_joined', { session_id: 1, campaign_id: 1, player, players: [player] });
      send(socket, 'player_list', { players: [player] });
    };
    socket.on('error', () => undefined);
    socket.on('close', () => {
      members.delete(socket);
      if (!room.includes('token=dm') || !withheld.includes('room')) return;
      for (const [member, place] of members) if (place.split('?')[0] === room.split('?')[0]) member.close(1000);
    });
    socket.on('message', (text) => {
      const { event, data } = JSON.parse(String(text)) as { event: string; data: { timestamp: number } };
      if (event === 'ping') send(socket, 'pong', { timestamp: data.timestamp });
      if (event === 'join_room') join();
      if (event === 'leave_room' && members.delete(socket)) send(socket, 'room_left', { session_id: 1 });
      if (event !== 'chat_message' || !members.has(socket)) return;
      for (const [member, place] of members) {
        if (place.split('?')[0] === room.split('?')[0])
          send(member, event, { ...data, player, timestamp: new Date().toISOString() });
      }
    });
    join();
  });
  await new Promise((resolve) => server.once('listening', resolve));
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const rules = [
  'delivery/welcome@tabletop.player_list',
  'delivery/joined-twice-gets-once@*',
  'delivery/left-and-back-gets-once@*',
  'delivery/others-served-after-abrupt-end@*',
  'request/replied-once@tabletop.leave_room',
];

it.each<[string, readonly string[], Record<string, string>]>([
  ['nothing', [], {}],
  ['one of two welcomes', ['player_list'], { 'delivery/welcome': 'fail missing' }],
  ['the answer to leaving', ['room_left'], { 'request/replied-once': 'fail missing' }],
  ['the room when its master goes', ['room'], { 'delivery/others-served-after-abrupt-end': 'fail missing' }],
])(
  'a server that withholds %s',
  async (_what, withheld, expected) => {
    const rooms = Array.from({ length: 9 }, (_, index) => ({ room: String(index + 1), roles: { dm: 'dm' } }));
    const target = {
      ...targetFromUrl(await startTable(withheld)),
      channels: { tabletop: { rooms, forbiddenRooms: [], missingRooms: [], query: {}, parameters: {} } },
    };
    const ids = [...Array.from({ length: 7 }, (_, index) => `${index + 1}`), 'dm'];
    const users = ids.map((id) => ({ id, name: id, roles: [], token: id }));
    const result = await runServerConformance(contract, { ...target, users }, { rules });
    expect(result.harnessError).toBeUndefined();
    const told = result.cases.filter(({ verdict }) => verdict !== 'pass');
    const seen = Object.fromEntries(told.map(({ rule, verdict, reason }) => [rule, `${verdict} ${reason ?? ''}`]));
    expect(seen).toEqual(expected);
  },
  60_000,
);
