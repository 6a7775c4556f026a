// The program of all clients: connects a crowd to each server, makes it speak, and takes the time until everyone has
// got everything.
import { type Answers, answerParent } from './ask.ts';
import type { CrowdQuestions } from './crowd-questions.ts';
import { type Counts, PeerSocket, textFrame } from './peer-socket.ts';

// A port of one address can be used once; so many connections are made from each address of the loopback net.
const PER_ADDRESS = 10_000;
const AT_ONCE = 200;
const SETTLED_MS = 200;
const LATEST_MS = 60_000;

class Crowd implements Counts {
  readonly name: string;
  sockets: PeerSocket[] = [];
  gone = 0;
  readonly #codes = new Set<number>();
  isEnding = false;
  onLarge: (socket: PeerSocket) => void = () => {};

  constructor(name: string) {
    this.name = name;
  }

  large(socket: PeerSocket): void {
    this.onLarge(socket);
  }

  closed({ closeCode }: PeerSocket): void {
    if (this.isEnding) return;
    this.gone += 1;
    this.#codes.add(closeCode);
  }

  /** How many connections ended, and the codes with which the server closed them. */
  get losses(): string {
    return `${this.gone} connections ended, with ${[...this.#codes].join(', ') || 'no code'}`;
  }
}

const crowds = new Map<string, Crowd>();
const crowdOf = (name: string): Crowd => {
  const crowd = crowds.get(name);
  if (!crowd) throw new Error(`Nobody is connected to ${name}.`);
  return crowd;
};

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Resolves when nothing more comes. */
async function settle({ sockets }: Crowd): Promise<void> {
  let before = -1;
  for (;;) {
    const now = sockets.reduce((sum, { texts }) => sum + texts, 0);
    if (now === before) return;
    before = now;
    await pause(SETTLED_MS);
  }
}

/** Calls `done` when so many large messages have come; rejects where they do not come. */
function expectLarges(crowd: Crowd, count: number, each: (socket: PeerSocket) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    let left = count;
    const late = setTimeout(() => {
      reject(new Error(`${left} of ${count} messages of ${crowd.name} did not come; ${crowd.losses}.`));
    }, LATEST_MS);
    crowd.onLarge = (socket) => {
      each(socket);
      left -= 1;
      if (left > 0) return;
      clearTimeout(late);
      resolve();
    };
  });
}

const nothing = (): void => {};
const quantile = (sorted: Float64Array, part: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;

const answers: Answers<CrowdQuestions> = {
  connect: async ({ name, host, port, clients, least }) => {
    const crowd = new Crowd(name);
    crowds.set(name, crowd);
    for (let start = 0; start < clients.length; start += AT_ONCE) {
      await Promise.all(
        clients.slice(start, start + AT_ONCE).map(
          ({ path, hello, room }, index) =>
            new Promise<void>((resolve) => {
              const part = Math.floor((start + index) / PER_ADDRESS);
              const localAddress = process.platform === 'linux' ? `127.0.0.${2 + part}` : null;
              const socket = new PeerSocket({ host, port, path, localAddress, least, room }, crowd, () => {
                for (const text of hello) socket.write(textFrame(text));
                resolve();
              });
              crowd.sockets.push(socket);
            }),
        ),
      );
    }
    await settle(crowd);
    if (crowd.gone > 0) throw new Error(`Of ${clients.length} clients of ${name}, ${crowd.losses}.`);
    return null;
  },

  burst: async ({ name, say, messages, senders, first }) => {
    const crowd = crowdOf(name);
    const { sockets } = crowd;
    const frame = textFrame(say);
    const start = performance.now();
    const done = expectLarges(crowd, messages * sockets.length, nothing);
    for (let sender = 0; sender < senders; sender += 1) {
      const own = Math.floor(messages / senders) + (sender < messages % senders ? 1 : 0);
      if (own > 0) sockets[(first + sender) % sockets.length]?.write(Buffer.concat(Array(own).fill(frame)));
    }
    await done;
    return { ms: performance.now() - start };
  },

  single: async ({ name, say, messages, first }) => {
    const crowd = crowdOf(name);
    const { sockets } = crowd;
    const frame = textFrame(say);
    const latencies = new Float64Array(messages * sockets.length);
    let count = 0;
    for (let message = 0; message < messages; message += 1) {
      const start = performance.now();
      const done = expectLarges(crowd, sockets.length, () => {
        latencies[count++] = performance.now() - start;
      });
      sockets[(first + message) % sockets.length]?.write(frame);
      await done;
    }
    return { latencies: [...latencies] };
  },

  rooms: async ({ name, say, ping, rooms, perSecond, forMs, pingEveryMs }) => {
    const crowd = crowdOf(name);
    const { sockets } = crowd;
    const members = Array.from({ length: rooms }, (): PeerSocket[] => []);
    for (const socket of sockets) members[socket.room]?.push(socket);
    const [frame, pingFrame] = [textFrame(say), ping === null ? null : textFrame(ping)];
    const saidAt = new Float64Array(rooms);
    const latencies: number[] = [];
    crowd.onLarge = ({ room }) => latencies.push(performance.now() - (saidAt[room] ?? 0));
    const texts = sockets.reduce((sum, socket) => sum + socket.texts, 0);
    const start = performance.now();
    let said = 0;
    let expected = 0;
    let pinged = 0;
    for (let ms = 0; ms < forMs; ms = performance.now() - start) {
      for (; said < (ms / 1000) * perSecond; said += 1) {
        const room = said % rooms;
        saidAt[room] = performance.now();
        const own = members[room] ?? [];
        expected += own.length;
        own[said % own.length]?.write(frame);
      }
      if (pingFrame) {
        for (; pinged < (ms / pingEveryMs) * sockets.length; pinged += 1)
          sockets[pinged % sockets.length]?.write(pingFrame);
      }
      await pause(10);
    }
    await settle(crowd);
    const sorted = Float64Array.from(latencies).sort();
    return {
      expected,
      delivered: latencies.length,
      pongs: sockets.reduce((sum, socket) => sum + socket.texts, 0) - texts - latencies.length,
      pinged,
      medianMs: quantile(sorted, 0.5),
      p99Ms: quantile(sorted, 0.99),
      gone: crowd.gone,
      unpinged: sockets.filter(({ pings }) => pings === 0).length,
    };
  },

  disconnect: async ({ name }) => {
    const crowd = crowdOf(name);
    crowd.isEnding = true;
    for (const socket of crowd.sockets) socket.destroy();
    crowds.delete(name);
    return null;
  },
};

answerParent(answers);
