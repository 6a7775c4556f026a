// The same on socket.io, over WebSockets alone.
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { answerParent } from '../ask.ts';
import type { ServerQuestions } from '../crowd-questions.ts';
import { usageAnswers } from './usage.ts';

const HEARTBEAT = { pingInterval: 30_000, pingTimeout: 10_000 };

interface IoSocket {
  readonly handshake: { readonly query: { readonly room?: string } };
  join(room: string): void;
  on(event: string, listener: (message: { readonly text: string }) => void): void;
  emit(event: string, message: object): void;
}

interface IoServer {
  on(event: 'connection', listener: (socket: IoSocket) => void): void;
  to(room: string): { emit(event: string, message: object): void };
}

// The peers have a folder of their own, given as the argument.
const { Server } = createRequire(process.argv[2] ?? '')('socket.io') as {
  readonly Server: new (http: object, options: object) => IoServer;
};

answerParent<ServerQuestions>({
  ...usageAnswers,
  start: async ({ timeScale }) => {
    const http = createServer();
    const io = new Server(http, {
      transports: ['websocket'],
      serveClient: false,
      pingInterval: HEARTBEAT.pingInterval * timeScale,
      pingTimeout: HEARTBEAT.pingTimeout * timeScale,
    });
    let users = 100;
    let seq = 0;
    io.on('connection', (socket) => {
      const room = socket.handshake.query.room ?? '';
      socket.join(room);
      const senderId = String(users++);
      socket.on('ping', () => socket.emit('pong', {}));
      socket.on('say', ({ text }) => {
        seq += 1;
        io.to(room).emit('said', { senderId, text, timestamp: new Date().toISOString(), seq });
      });
    });
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    return { port: (http.address() as AddressInfo).port, tokens: [''] };
  },
});
