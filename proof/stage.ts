// A stage for one channel: people with plain sockets, a clock that is moved by hand, and everything that they see as text.
import { Buffer } from 'node:buffer';
import { createHmac } from 'node:crypto';
import { WebSocket } from 'ws';
import type { Fault } from '../faults/index.ts';
import { developmentSecret } from '../reference-server/index.ts';
import { FakeClock } from '../runtime/server/fixtures/fake-clock.ts';
import { readAt, writeAt } from '../runtime/server/pointer.ts';
import type { Channel, ClientMessage } from '../scripts/model.ts';
import type { Stand, Standing } from './stand.ts';

const named = ['Room-1', 'room-1', 'Room-12'] as const;
const numbered = ['1', '2', '12'] as const;
export const paired = ['1', '2', '3'].map((n) => `00000000-0000-4000-8000-00000000000${n}`);

export const roomsOf = ({ parameters, room }: Channel): readonly string[] => {
  const parameter = parameters.find(({ name }) => name === room?.parameter);
  if (!parameter) return [];
  if (parameter.schema.type === 'integer') return numbered;
  return String(parameter.schema.pattern).includes('a-f') ? paired : named;
};

/** Users 1 and 2 may enter everything but the rooms of pairs, which are for 100 and 101, and so on. */
export const usersOf = (channel: Channel): readonly string[] =>
  roomsOf(channel) === paired ? ['100', '101', '100', '101'] : ['1', '2', '3', '8'];

export type Claims = { readonly [name: string]: unknown };

const base64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

export const sign = (claims: Claims, header: Claims = {}, secret = developmentSecret): string => {
  const body = `${base64({ alg: 'HS256', ...header })}.${base64(claims)}`;
  const hash = header.alg === 'HS512' ? 'sha512' : 'sha256';
  return `${body}.${header.alg === 'none' ? '' : createHmac(hash, secret).update(body).digest('base64url')}`;
};

// A server that hears nothing any more answers nothing either.
const DEAF_MS = 60;

const roundTrip = (socket: WebSocket): Promise<void> =>
  new Promise((resolve) => {
    if (socket.readyState !== WebSocket.OPEN) return resolve();
    const done = (): void => {
      clearTimeout(timer);
      socket.off('pong', done);
      socket.off('close', done);
      resolve();
    };
    const timer = setTimeout(done, DEAF_MS);
    socket.on('pong', done);
    socket.on('close', done);
    socket.ping();
  });

export class Stage {
  readonly clock = new FakeClock();
  readonly stand: Stand;
  readonly channel: Channel;
  readonly lines = new Map<string, string[]>();
  readonly #open = new Map<string, WebSocket>();
  readonly #startedAt = this.clock.now();
  #server: Standing | null = null;
  #isOver = false;
  readonly #ids = new Map<string, string>();

  constructor(stand: Stand, channel: Channel) {
    this.stand = stand;
    this.channel = channel;
  }

  async start(fault: Fault | null): Promise<void> {
    this.#server = await this.stand.start({ fault, clock: this.clock });
  }

  get server(): Standing {
    return this.#server!;
  }

  token(id: string, claims: Claims = {}, header: Claims = {}, secret?: string): string {
    const exp = Math.floor(this.clock.now() / 1000) + 86_400;
    return sign({ sub: id, name: `user ${id}`, exp, ...claims }, header, secret);
  }

  path(room: string | undefined): string {
    const { pathname, address } = this.channel;
    return `${pathname}${address.replace(/\{[^}]+\}/, room ?? 'x')}`;
  }

  note(who: string, text: string): void {
    if (this.#isOver) return;
    const known = this.lines.get(who) ?? [];
    known.push(text);
    this.lines.set(who, known);
  }

  /** Resolves when it was accepted or refused. `query` stands as it is. */
  async open(who: string, path: string, query: string, early: readonly string[] = [], isLively = true): Promise<void> {
    const socket = new WebSocket(`${this.server.url}${path}${query === '' ? '' : `?${query}`}`, { autoPong: isLively });
    await new Promise<void>((resolve) => {
      const say = (text: string): void => this.note(who, this.#normal(text));
      socket.on('open', () => {
        say(`open ${socket.extensions}`);
        this.#open.set(who, socket);
        for (const text of early) socket.send(text);
        resolve();
      });
      socket.on('unexpected-response', (_request, response) => {
        say(`refused ${response.statusCode}`);
        response.resume();
        socket.terminate();
        resolve();
      });
      socket.on('message', (data) => say(`text ${data}`));
      socket.on('ping', (payload) => say(`ping ${payload}`));
      socket.on('error', () => resolve());
      socket.on('close', (code, reason) => {
        this.#open.delete(who);
        say(`closed ${code} ${reason}`);
      });
    });
    await this.settle();
  }

  async join(who: string, user: string, room: string | undefined, isLively = true): Promise<void> {
    const { auth, room: row } = this.channel;
    await this.open(who, this.path(room), `${auth?.parameter}=${this.token(user)}`, [], isLively);
    if (row?.join) await this.say(who, this.#example(row.join.message, room));
  }

  #example(key: string, room: string | undefined): string {
    const message = this.channel.clientMessages.find((one) => one.key === key)!;
    return this.fill(message, room);
  }

  /** The first example of a message, for that room. */
  fill(message: ClientMessage, room: string | undefined, id = 'id'): string {
    const { room: rooms, envelope } = this.channel;
    let value = message.examples[0]?.payload;
    const own = [rooms?.join, rooms?.leave].find((row) => row?.message === message.key);
    const place = own?.room ?? rooms?.selector ?? null;
    if (place !== null && readAt(value, place) !== undefined) value = writeAt(value, place, room);
    if (envelope.id !== null && readAt(value, envelope.id) !== undefined) value = writeAt(value, envelope.id, id);
    return JSON.stringify(value);
  }

  send(who: string, data: string | Buffer, binary = false): void {
    this.#open.get(who)?.send(data, { binary });
  }

  /** Sends, after so long that no rate limit is met, and lets it arrive. */
  async say(who: string, data: string | Buffer, binary = false): Promise<void> {
    this.clock.advance(50);
    this.send(who, data, binary);
    await this.settle();
  }

  pause(who: string): void {
    this.#open.get(who)?.pause();
  }

  pong(who: string, payload: string): void {
    this.#open.get(who)?.pong(payload);
  }

  async end(who: string, how: 'close' | 'terminate'): Promise<void> {
    const socket = this.#open.get(who);
    if (!socket) return;
    const closed = new Promise((resolve) => socket.once('close', resolve));
    if (how === 'close') socket.close(1000);
    else socket.terminate();
    await closed;
    await this.settle();
  }

  async advance(ms: number): Promise<void> {
    this.clock.advance(ms);
    await this.settle();
  }

  /** Everything that is on its way has arrived: two round trips on each connection. */
  async settle(): Promise<void> {
    for (let round = 0; round < 2; round += 1) {
      await Promise.all([...this.#open.values()].map(roundTrip));
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  async close(): Promise<void> {
    this.#isOver = true;
    for (const socket of this.#open.values()) socket.terminate();
    await this.#server?.close();
  }

  /** Times as they are on the stage, ids by the order in which they first came. */
  #normal(text: string): string {
    const ids = /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/g;
    const at = this.clock.now() - this.#startedAt;
    // The bundled handlers take some times from the system.
    const real = /202\d-\d\d-\d\dT[\d:.]+Z/g;
    const told = text.replace(ids, (id) => (paired.includes(id) ? id : this.#nameOf(id)));
    return `${at} ${told.replace(real, (time) => (time < '2029' ? 'REAL' : time))}`;
  }

  #nameOf(id: string): string {
    const name = this.#ids.get(id) ?? `ID ${this.#ids.size + 1}`;
    this.#ids.set(id, name);
    return name;
  }
}
