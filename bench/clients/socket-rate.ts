// How many messages a second a client takes from a real socket: the server's side is a process of its own.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Peer } from './fake-server.ts';
import { nextMessage } from './messages.ts';
import { leadTo } from './real-page.ts';

const COUNT = 20_000;
/** Nothing more comes of a client that has been silent for so long: it has connected, and joined whatever it joins. */
const SETTLED_MS = 500;
const LATEST_MS = 60_000;

/** The server's process: says the port, then `ready`, and sends a round whenever it is told to. */
export async function serveFrames({ server }: Peer): Promise<void> {
  const sockets = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
  let client: WebSocket | undefined;
  let settled: NodeJS.Timeout | undefined;
  const settle = (): void => {
    clearTimeout(settled);
    settled = setTimeout(() => process.send?.('ready'), SETTLED_MS);
  };
  sockets.on('connection', (socket) => {
    client = socket;
    for (const text of server.hello) socket.send(text);
    socket.on('message', (data) => {
      for (const answer of server.answer(String(data))) socket.send(answer);
      settle();
    });
    settle();
  });
  process.on('message', () => {
    for (let sent = 0; sent < COUNT; sent += 1) client?.send(server.frame(nextMessage()));
  });
  process.on('disconnect', () => process.exit(0));
  await once(sockets, 'listening');
  process.send?.((sockets.address() as { readonly port: number }).port);
}

/** Messages a second of processor time, from the bytes of the socket to the application's handler. The first rounds warm the
 * compiler up; the fastest counts, which something else disturbed least. */
export async function socketRate(peer: Peer, rounds: number): Promise<number> {
  const server = fork(process.argv[1] ?? '', ['serve'], { stdio: 'inherit' });
  const [port] = (await once(server, 'message')) as [number];
  leadTo(port);
  let received = 0;
  let done = (): void => {};
  peer.open(() => {
    received += 1;
    if (received === COUNT) done();
  });
  await once(server, 'message');
  let best = 0;
  for (let round = 0; round < rounds; round += 1) {
    received = 0;
    const all = new Promise<void>((resolve, reject) => {
      const late = setTimeout(
        () => reject(new Error(`${received} of ${COUNT} messages reached the application.`)),
        LATEST_MS,
      );
      done = () => {
        clearTimeout(late);
        resolve();
      };
    });
    const used = process.cpuUsage();
    server.send('round');
    await all;
    const { user, system } = process.cpuUsage(used);
    best = Math.max(best, COUNT / ((user + system) / 1e6));
  }
  server.disconnect();
  return best;
}
