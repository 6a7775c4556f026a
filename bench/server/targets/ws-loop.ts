// The program that most people write on `ws`: parse, make the message, text it once, and send it to each in a loop.
import { type WebSocket, WebSocketServer } from 'ws';
import { answerParent } from '../ask.ts';
import type { ServerQuestions } from '../crowd-questions.ts';
import { usageAnswers } from './usage.ts';

const HEARTBEAT_MS = 30_000;

interface Said {
  readonly type: string;
  readonly text: string;
}

answerParent<ServerQuestions>({
  ...usageAnswers,
  start: async ({ timeScale }) => {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    const rooms = new Map<string, Set<WebSocket>>();
    const alive = new Set<WebSocket>();
    let users = 100;
    let seq = 0;
    server.on('connection', (client, request) => {
      const name = new URL(request.url ?? '/', 'http://localhost').searchParams.get('room') ?? '';
      const room = rooms.get(name) ?? new Set();
      rooms.set(name, room);
      room.add(client);
      alive.add(client);
      const senderId = String(users++);
      client.on('message', (data) => {
        const message = JSON.parse(String(data)) as Said;
        if (message.type === 'ping') {
          client.send(JSON.stringify({ type: 'pong' }));
          return;
        }
        seq += 1;
        const timestamp = new Date().toISOString();
        const text = JSON.stringify({ type: 'said', senderId, text: message.text, timestamp, seq });
        for (const one of room) one.send(text);
      });
      client.on('pong', () => alive.add(client));
      client.on('close', () => room.delete(client));
      client.on('error', () => {});
    });
    setInterval(() => {
      for (const client of server.clients) {
        if (!alive.delete(client)) client.terminate();
        else client.ping();
      }
    }, HEARTBEAT_MS * timeScale);
    await new Promise((resolve) => server.once('listening', resolve));
    return { port: (server.address() as { port: number }).port, tokens: [''] };
  },
});
