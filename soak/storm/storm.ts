// A crowd of clients whose server is restarted, and restarted again while they come back: all return, with all they missed.
import { mkdtempSync, rmSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type Member, sequencedMember } from '../../examples/cluster/member.ts';
import { developmentSecret, makeToken, users } from '../../reference-server/index.ts';
import { judgeSequenced } from '../cluster/judge.ts';
import { ServerProcess } from '../cluster/server-process.ts';

export interface StormOptions {
  readonly clients: number;
  /** In a room. */
  readonly together: number;
  readonly timeScale: number;
  readonly print?: (line: string) => void;
}

export interface StormResult {
  readonly findings: readonly string[];
  /** Of both restarts: from listening again until everyone was ready, ms. */
  readonly recoveriesMs: readonly number[];
  /** The largest share of all attempts of the first restart that fell into 100 ms. */
  readonly peakShare: number;
  /** How long the server took to end, ms. */
  readonly endingsMs: readonly number[];
  /** Handshakes that were refused by 503 while it ended. */
  readonly refused: number;
}

const PATIENCE_MS = 180_000;
/** Clients that connect for the first time at once. */
const WAVE = 50;

const until = async (isSo: () => boolean): Promise<boolean> => {
  const deadline = performance.now() + PATIENCE_MS;
  while (!isSo()) {
    if (performance.now() > deadline) return false;
    await wait(10);
  }
  return true;
};

/** Status of an attempt to enter; 0: nobody listens, or it was cut off. */
const knock = (url: string): Promise<number> =>
  new Promise((resolve) => {
    const headers = {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
    };
    const request = get(url, { headers, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    request.on('upgrade', (_response, socket) => {
      socket.destroy();
      resolve(101);
    });
    request.on('error', () => resolve(0));
  });

/** The largest share of the moments within 100 ms of one another. */
export const peakOf = (moments: readonly number[]): number => {
  const sorted = [...moments].sort((left, right) => left - right);
  let first = 0;
  let most = 0;
  for (const [last, moment] of sorted.entries()) {
    while (moment - sorted[first]! >= 100) first += 1;
    most = Math.max(most, last - first + 1);
  }
  return sorted.length === 0 ? 0 : most / sorted.length;
};

class Storm {
  readonly findings: string[] = [];
  readonly endingsMs: number[] = [];
  readonly recoveriesMs: number[] = [];
  refused = 0;
  attempts: number[] = [];
  members: readonly Member[] = [];
  readonly #server: ServerProcess;
  readonly #options: StormOptions;

  constructor(server: ServerProcess, options: StormOptions) {
    this.#server = server;
    this.#options = options;
  }

  async gather(): Promise<void> {
    const { clients, together, timeScale } = this.#options;
    const crowd = users.slice(9);
    const members: Member[] = [];
    this.members = members;
    for (let index = 0; index < clients; index += 1) {
      const user = crowd[index % crowd.length]!;
      members.push(
        sequencedMember({
          name: `client-${index}`,
          room: `room-${Math.floor(index / together)}`,
          token: () => makeToken(user, { secret: developmentSecret }),
          timeScale,
          route: () => {
            this.attempts.push(performance.now());
            return this.#server.url;
          },
        }),
      );
      if (index % WAVE === WAVE - 1) await until(() => members.every(({ isReady }) => isReady));
    }
    await this.allReady('joined');
  }

  async allReady(what: string): Promise<void> {
    if (await until(() => this.members.every(({ isReady }) => isReady))) return;
    const absent = this.members.filter(({ isReady }) => !isReady);
    this.findings.push(`${absent.length} of ${this.members.length} never ${what}`);
  }

  /** The first of each room says something; resolves when its whole room has it. */
  async speak(number: number): Promise<void> {
    const speakers = this.members.filter((_, index) => index % this.#options.together === 0);
    for (const member of speakers) member.say(`${member.name} ${number}`);
    const words = new Map(speakers.map(({ name, room }) => [room, `${name} ${number}`]));
    const hears = ({ got, room }: Member): boolean => got.at(-1)?.text === words.get(room);
    if (await until(() => this.members.every(hears))) return;
    const deaf = this.members.filter((member) => !hears(member));
    this.findings.push(`${deaf.length} did not get message ${number}`);
  }

  /** Asks the server to end, by the contract, while others knock. */
  async end(): Promise<void> {
    const address = `${this.#server.url.replace('ws', 'http')}/arena/ws/game/room-0/`;
    const startedAt = performance.now();
    let isEnding = true;
    const knocking = (async () => {
      while (isEnding) {
        const status = await knock(address);
        if (status === 503) this.refused += 1;
        // 403: it knocked before the signal was seen, and had no token.
        else if (status !== 0 && status !== 403) this.findings.push(`a handshake at shutdown is answered by ${status}`);
      }
    })();
    const code = await this.#server.terminate();
    this.endingsMs.push(Math.round(performance.now() - startedAt));
    isEnding = false;
    await knocking;
    if (code !== 0) this.findings.push(`the server ended with ${code}: ${this.#server.printed}`);
  }

  async begin(): Promise<void> {
    this.attempts = [];
    await this.#server.run();
  }

  async recover(): Promise<void> {
    const startedAt = performance.now();
    await this.allReady('came back');
    this.recoveriesMs.push(Math.round(performance.now() - startedAt));
  }

  judge(): void {
    for (const room of new Set(this.members.map((member) => member.room))) {
      this.findings.push(
        ...judgeSequenced(
          room,
          this.members.filter((member) => member.room === room),
        ),
      );
    }
  }
}

export const runStorm = async (options: StormOptions): Promise<StormResult> => {
  const { print = () => {} } = options;
  const folder = mkdtempSync(join(tmpdir(), 'wirepact-storm-'));
  const engine = `sqlite:${join(folder, 'storm.db')}`;
  const server = await ServerProcess.start({ engine, timeScale: options.timeScale });
  const storm = new Storm(server, options);
  try {
    await storm.gather();
    print(`${options.clients} clients are in`);
    await storm.speak(1);
    await storm.end();
    await storm.begin();
    await storm.recover();
    const peakShare = peakOf(storm.attempts);
    print(`restarted: ended in ${storm.endingsMs[0]} ms, all back in ${storm.recoveriesMs[0]} ms`);
    await storm.speak(2);
    await storm.end();
    await storm.begin();
    // In the midst of their coming back it is asked to end once more.
    await until(() => storm.members.filter(({ isReady }) => isReady).length > options.clients / 5);
    await storm.end();
    await storm.begin();
    await storm.recover();
    print(`ended while they came back in ${storm.endingsMs[2]} ms, all back in ${storm.recoveriesMs[1]} ms`);
    await storm.speak(3);
    storm.judge();
    const { findings, recoveriesMs, endingsMs, refused } = storm;
    return { findings, recoveriesMs, endingsMs, refused, peakShare };
  } finally {
    for (const member of storm.members) member.dispose();
    await server.kill();
    rmSync(folder, { recursive: true, force: true });
  }
};
