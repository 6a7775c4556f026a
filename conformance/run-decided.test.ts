// What is given is judged as such also where it can be seen by nothing but a message that was decided, and what was decided is not.
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { afterAll, describe, expect, it } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Contract } from '../scripts/model.ts';
import { runServerConformance } from './run.ts';
import { targetFromUrl } from './target/target.ts';

const whole: Contract = JSON.parse(readFileSync(new URL('../generated/model.json', import.meta.url), 'utf8'));
/** Tokens are others' matter. */
const contract: Contract = {
  ...whole,
  channels: whole.channels.filter(({ name }) => name === 'arena').map((channel) => ({ ...channel, auth: null })),
};
const limitMs = 60_000;
const historyMessages = 1000;

type Fault =
  | 'none'
  | 'any-text'
  | 'closes-on-errors'
  | 'wastes-numbers'
  | 'joins-twice'
  | 'ignores-case'
  | 'takes-the-sender'
  | 'no-chat'
  | 'short'
  | 'partial';

interface Room {
  readonly updates: string[];
  readonly members: WebSocket[];
  seq: number;
}

const servers: WebSocketServer[] = [];
afterAll(() => {
  for (const server of servers) {
    for (const client of server.clients) client.terminate();
    server.close();
  }
});

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function parse(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value.length > 0 && [...value].length <= 500;
}

/** Joins, numbers, replays and pongs; what else an arena does is not asked here. */
async function startArena(fault: Fault): Promise<string> {
  const rooms = new Map<string, Room>();
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
  servers.push(server);
  server.on('connection', (socket, request) => {
    const address = /\/ws\/game\/([^/?]+)\//.exec(request.url ?? '')?.[1] ?? '';
    const name = fault === 'ignores-case' ? address.toLowerCase() : address;
    const room = rooms.get(name) ?? { updates: [], members: [], seq: 0 };
    rooms.set(name, room);
    const send = (message: object) => socket.send(JSON.stringify(message));
    const snapshot = () => send({ type: 'STATE_SNAPSHOT', seq: room.seq, state: {} });
    const refuse = (code: string) => {
      if (fault === 'wastes-numbers') room.seq += 1;
      if (fault === 'closes-on-errors') return socket.close(1008);
      send({ type: 'ERROR', code, message: 'no' });
    };
    const join = () => {
      if (fault === 'joins-twice' || !room.members.includes(socket)) room.members.push(socket);
    };
    socket.on('error', () => undefined);
    socket.on('close', () => room.members.splice(0, Infinity, ...room.members.filter((one) => one !== socket)));
    socket.on('message', (data) => {
      const message = parse(String(data));
      switch (message?.type) {
        case 'PING':
          return send({ type: 'PONG' });
        case 'JOIN_ROOM':
          join();
          return snapshot();
        case 'RESYNC':
          join();
          return replay(Number(message.lastSeq));
        case 'CHAT':
          if (fault === 'no-chat') return refuse('unknown_type');
          return isText(message.text) || fault === 'any-text' ? say(message) : refuse('invalid');
        default:
          return refuse(message === null ? 'malformed' : 'unknown_type');
      }
    });
    const say = ({ text, senderId }: Record<string, unknown>) => {
      room.seq += 1;
      const timestamp = new Date().toISOString();
      const sender = fault === 'takes-the-sender' ? (senderId ?? '') : '';
      const update = JSON.stringify({ type: 'CHAT', seq: room.seq, timestamp, senderId: sender, text: text ?? '' });
      room.updates.push(update);
      if (room.updates.length > (fault === 'short' ? 50 : historyMessages)) room.updates.shift();
      for (const member of room.members) member.send(update);
    };
    const replay = (last: number) => {
      const oldest = room.seq - room.updates.length + 1;
      const missed = last < oldest - 1 || last > room.seq ? null : room.updates.slice(last - oldest + 1);
      if (missed === null) snapshot();
      for (const update of missed?.slice(0, fault === 'partial' ? 100 : missed.length) ?? []) socket.send(update);
    };
  });
  await new Promise((resolve) => server.once('listening', resolve));
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const rules = [
  'delivery/joined-twice-gets-once',
  'delivery/rooms-isolated',
  'resync/history-kept',
  'sequence/rejected-uses-none',
  'validation/server-fields-not-taken',
];

async function judge(fault: Fault): Promise<Record<string, string>> {
  const result = await runServerConformance(contract, targetFromUrl(await startArena(fault)), { rules });
  expect(result.harnessError).toBeUndefined();
  const told = result.cases.filter(({ verdict }) => verdict !== 'pass');
  return Object.fromEntries(told.map(({ rule, verdict, reason }) => [rule, `${verdict} ${reason ?? ''}`.trim()]));
}

describe('a server whose updates are caused by a decided message', () => {
  it.each<[Fault, Record<string, string>]>([
    ['none', {}],
    ['joins-twice', { 'delivery/joined-twice-gets-once': 'fail duplicate' }],
    ['ignores-case', { 'delivery/rooms-isolated': 'fail leaked' }],
    // A broken sequence shows wherever numbers are counted.
    ['wastes-numbers', { 'sequence/rejected-uses-none': 'fail wrong-step' }],
    // What it takes, and that it goes on, was decided: its numbers are right.
    ['any-text', {}],
    ['closes-on-errors', {}],
    ['takes-the-sender', { 'validation/server-fields-not-taken': 'fail taken' }],
    // As many as are kept was decided; that a replay has no gap is given.
    ['short', { 'resync/history-kept': 'warn lost' }],
    ['partial', { 'resync/history-kept': 'fail lost' }],
  ])(
    '%s',
    async (fault, expected) => {
      expect(await judge(fault)).toEqual(expected);
    },
    limitMs,
  );

  it(
    'is warned where it does not know that message',
    async () => {
      const told = await judge('no-chat');
      expect(told['delivery/joined-twice-gets-once']).toBe('warn missing');
      expect(told['delivery/rooms-isolated']).toBe('warn missing');
      expect(told['validation/server-fields-not-taken']).toMatch(/^warn /);
    },
    limitMs,
  );
});
