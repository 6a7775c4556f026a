// One WebSocket connection under full control: nothing is answered unasked, nothing received is ever lost, every frame is
// in the trace. It judges nothing except that what was waited for came.
import type { Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import { WebSocket } from 'ws';
import { Failed } from '../rule.ts';
import { encodeFrame, type FrameParts } from './frames.ts';
import { brief } from './pointer.ts';
import type { Trace } from './trace.ts';
import type { User } from './users.ts';

/** A message (text or binary) that came. */
export interface Received {
  /** Position among the messages of its connection, from 0. */
  readonly index: number;
  /** performance.now() when it came. */
  readonly at: number;
  readonly text: string;
  /** Of a binary message; null: it was text. */
  readonly binary: Buffer | null;
  /** The parsed JSON; undefined where it is none. */
  readonly value: unknown;
  /** Key of the server message that its discriminator names; null where the contract has none such. */
  readonly key: string | null;
  /** Caused by the suite's fence; never in the inbox. */
  readonly fence: boolean;
}

export interface ControlFrame {
  readonly at: number;
  readonly data: Buffer;
}

/** How the connection ended. */
export interface Ending {
  readonly at: number;
  /** `close`: a close frame came (1005: without code); `end`: TCP ended without one; `error`: TCP reset, or bytes that are no WebSocket frame. */
  readonly how: 'close' | 'end' | 'error';
  /** Code in the close frame that came; 1005: none in it; 1006: no close frame. */
  readonly code: number;
  readonly reason: string;
}

/** What came of an attempt to connect. */
export type Attempt =
  | { readonly outcome: 'open'; readonly connection: Connection }
  /** Accepted, then ended by the server; `connection.messages` has what was sent in between. */
  | { readonly outcome: 'closed'; readonly connection: Connection; readonly ending: Ending }
  | { readonly outcome: 'refused'; readonly status: number; readonly body: string; readonly afterMs: number }
  /** No HTTP answer: TCP refused, reset or silent. */
  | { readonly outcome: 'failed'; readonly error: string; readonly afterMs: number };

export interface ConnectionParts {
  readonly name: string;
  readonly user: User | null;
  /** Room of the address; null where the channel has no rooms. */
  readonly room: string | null;
  readonly socket: WebSocket;
  readonly tcp: () => Socket | null;
  readonly trace: Trace;
  readonly classify: (value: unknown) => string | null;
  readonly isFence: (text: string, key: string | null, value: unknown) => boolean;
  readonly patienceMs: () => number;
  readonly autoPong: boolean;
  /** The answer to a message that is the server's heartbeat; null: the message is none. Sent where {@link autoPong} is set. */
  readonly beatAnswer?: (message: Received) => string | null;
}

interface Waiter {
  readonly check: () => boolean;
  readonly resolve: () => void;
}

export interface TakeOptions {
  /** @default kit.patienceMs */
  readonly withinMs?: number;
  /** For the sentence of the failure: `a PONG`. */
  readonly what?: string;
}

export class Connection {
  readonly name: string;
  readonly user: User | null;
  readonly room: string | null;
  /** Rooms that it was brought into by kit.join, and not out of by kit.leave. */
  readonly joinedRooms = new Set<string>();
  /** Everything that came, fence traffic included. */
  readonly messages: Received[] = [];
  readonly pings: ControlFrame[] = [];
  readonly pongs: ControlFrame[] = [];
  /** performance.now() when the upgrade was accepted. */
  openedAt = 0;
  ending: Ending | null = null;
  /** Whether the suite ended it, by a close frame or by dropping it: the code in the ending is then no choice of the server's. */
  endedBySuite = false;
  /** Messages sent on it; infinite once raw bytes were, which may be any number of messages. */
  sentCount = 0;
  /** Whether the server's heartbeats are answered, ping frames and messages. */
  autoPong: boolean;
  readonly #parts: ConnectionParts;
  readonly #taken = new Set<number>();
  readonly #waiters = new Set<Waiter>();
  #error: string | null = null;

  constructor(parts: ConnectionParts) {
    this.#parts = parts;
    this.name = parts.name;
    this.user = parts.user;
    this.room = parts.room;
    this.autoPong = parts.autoPong;
    const { socket } = parts;
    // Set before the first byte can come: `ws` emits what came with the upgrade response in the same turn as `open`.
    socket.on('message', (data: Buffer, isBinary: boolean) => this.#receive(data, isBinary));
    socket.on('ping', (data: Buffer) => {
      this.pings.push({ at: performance.now(), data });
      this.#record('received', 'ping', data);
      if (this.autoPong) this.pong(data);
      this.#wake();
    });
    socket.on('pong', (data: Buffer) => {
      this.pongs.push({ at: performance.now(), data });
      this.#record('received', 'pong', data);
      this.#wake();
    });
    socket.on('error', (error: Error) => {
      this.#error = error.message;
    });
    socket.on('close', (code: number, reason: Buffer) => this.#end(code, reason.toString()));
  }

  get isOpen(): boolean {
    return this.ending === null && this.#parts.socket.readyState === WebSocket.OPEN;
  }

  /** Whether the TCP connection is known to be gone; where nothing is read, only a write can show it. */
  get isGone(): boolean {
    return this.ending !== null || this.#parts.tcp()?.destroyed === true;
  }

  /** What came and was not taken, without fence traffic. */
  get inbox(): readonly Received[] {
    return this.messages.filter((message) => !message.fence && !this.#taken.has(message.index));
  }

  /** Forgets the inbox. */
  clearInbox(): void {
    for (const message of this.messages) this.#taken.add(message.index);
  }

  /** All messages of that key since a position (`connection.messages.length` taken before), fence traffic left out. */
  since(position: number, key?: string): readonly Received[] {
    return this.messages
      .slice(position)
      .filter((message) => !message.fence && (key === undefined || message.key === key));
  }

  /** Takes the first message of the inbox that matches, waiting for it; {@link Failed} where it does not come. Others stay. */
  async take(match: string | ((message: Received) => boolean), options: TakeOptions = {}): Promise<Received> {
    const found = await this.takeOrNull(match, options);
    if (found !== null) return found;
    const what = options.what ?? (typeof match === 'string' ? `a ${match} message` : 'a message');
    throw new Failed(`${what} on ${this.name}`, this.describe(), {
      reason: this.ending === null ? 'missing' : 'ended',
    });
  }

  /** As {@link take}; null where it does not come in time, or the connection ended without it. */
  async takeOrNull(
    match: string | ((message: Received) => boolean),
    options: TakeOptions = {},
  ): Promise<Received | null> {
    const matches = typeof match === 'string' ? (message: Received) => message.key === match : match;
    const find = () => this.messages.find((message) => !this.#taken.has(message.index) && matches(message));
    await this.until(() => find() !== undefined || this.ending !== null, options.withinMs ?? this.#parts.patienceMs());
    const found = find();
    if (found !== undefined) this.#taken.add(found.index);
    return found ?? null;
  }

  /** Waits until the condition holds, checked whenever anything comes; false where it does not within the time. */
  async until(condition: () => boolean, withinMs: number): Promise<boolean> {
    if (condition()) return true;
    return await new Promise((resolve) => {
      const waiter: Waiter = {
        check: condition,
        resolve: () => {
          clearTimeout(timer);
          this.#waiters.delete(waiter);
          resolve(true);
        },
      };
      const timer = setTimeout(() => {
        this.#waiters.delete(waiter);
        // A last look: a timer that fires late must not report what already came as missing.
        setImmediate(() => resolve(condition()));
      }, withinMs);
      this.#waiters.add(waiter);
    });
  }

  /** Waits for the end; null where it stays open. */
  async ended(withinMs: number = this.#parts.patienceMs()): Promise<Ending | null> {
    await this.until(() => this.ending !== null, withinMs);
    return this.ending;
  }

  /** The n-th ping frame from the server (from 0); null where it does not come in time. */
  async pingFrame(n: number, withinMs: number): Promise<ControlFrame | null> {
    await this.until(() => this.pings.length > n || this.ending !== null, withinMs);
    return this.pings[n] ?? null;
  }

  /** A value goes as JSON, a string as it is. Resolves when the operating system has taken it; a dead connection is not an error. */
  send(message: unknown): Promise<void> {
    const text = typeof message === 'string' ? message : JSON.stringify(message);
    this.#record('sent', 'text', text, this.#parts.isFence(text, null, undefined));
    return this.#write((done) => this.#parts.socket.send(text, done));
  }

  sendBinary(bytes: Uint8Array): Promise<void> {
    this.#record('sent', 'binary', Buffer.from(bytes));
    return this.#write((done) => this.#parts.socket.send(bytes, done));
  }

  /** One text message in these pieces, a frame each. */
  async sendFragments(pieces: readonly (string | Uint8Array)[]): Promise<void> {
    for (const [index, payload] of pieces.entries()) {
      await this.sendFrame({ opcode: index === 0 ? 1 : 0, payload, final: index === pieces.length - 1 });
    }
  }

  /** A frame as a library would refuse to send it: invalid UTF-8 in text, reserved opcodes, unmasked. */
  sendFrame(parts: FrameParts): Promise<void> {
    if (parts.opcode === 8 && this.ending === null) this.endedBySuite = true;
    return this.sendRaw(encodeFrame(parts));
  }

  /** Bytes on the TCP connection, as they are. */
  sendRaw(bytes: Uint8Array): Promise<void> {
    this.#record('sent', 'raw', Buffer.from(bytes));
    return this.#write((done) => {
      const tcp = this.#parts.tcp();
      if (tcp === null || tcp.destroyed) done();
      else tcp.write(bytes, () => done());
    });
  }

  ping(data: string | Uint8Array = ''): Promise<void> {
    this.#record('sent', 'ping', Buffer.from(data));
    return this.#write((done) => this.#parts.socket.ping(data, true, done));
  }

  pong(data: string | Uint8Array = ''): Promise<void> {
    this.#record('sent', 'pong', Buffer.from(data));
    return this.#write((done) => this.#parts.socket.pong(data, true, done));
  }

  /** Sends a close frame and waits for the server's; after 2 s the TCP connection is dropped. */
  async close(code = 1000, reason = ''): Promise<Ending> {
    if (this.ending !== null) return this.ending;
    this.endedBySuite = true;
    this.#record('sent', 'close', reason, false, code);
    this.#parts.socket.resume();
    this.#parts.socket.close(code, reason);
    if (!(await this.until(() => this.ending !== null, 2000))) this.terminate();
    await this.until(() => this.ending !== null, 2000);
    return this.ending ?? { at: performance.now(), how: 'error', code: 1006, reason: '' };
  }

  /** Drops the TCP connection without a close frame. */
  terminate(): void {
    if (this.ending === null) this.endedBySuite = true;
    this.#parts.socket.terminate();
  }

  /** Stops taking bytes from the network, so that the server's buffers fill. */
  pauseReading(): void {
    this.#parts.tcp()?.pause();
    this.#parts.socket.pause();
  }

  resumeReading(): void {
    this.#parts.socket.resume();
    this.#parts.tcp()?.resume();
  }

  /** Ends the sending half of the TCP connection; reading goes on. */
  halfClose(): void {
    if (this.ending === null) this.endedBySuite = true;
    this.#parts.tcp()?.end();
  }

  /** What it saw, in one line: for `observed`. */
  describe(): string {
    const seen = this.inbox;
    const shown = seen.slice(0, 5).map((message) => brief(message.value ?? message.text));
    const got =
      seen.length === 0 ? 'no message' : `${shown.join(', ')}${seen.length > 5 ? ` and ${seen.length - 5} more` : ''}`;
    return this.ending === null ? got : `${got}, then ${describeEnding(this.ending)}`;
  }

  #receive(data: Buffer, isBinary: boolean): void {
    const text = isBinary ? '' : data.toString();
    let value: unknown;
    if (!isBinary) {
      try {
        value = JSON.parse(text);
      } catch {
        value = undefined;
      }
    }
    const key = value === undefined ? null : this.#parts.classify(value);
    const fence = !isBinary && this.#parts.isFence(text, key, value);
    this.#record('received', isBinary ? 'binary' : 'text', isBinary ? data : text, fence);
    this.messages.push({
      index: this.messages.length,
      at: performance.now(),
      text,
      binary: isBinary ? data : null,
      value,
      key,
      fence,
    });
    const latest = this.messages.at(-1);
    const answer = this.autoPong && latest !== undefined ? (this.#parts.beatAnswer?.(latest) ?? null) : null;
    if (answer !== null) void this.send(answer);
    this.#wake();
  }

  #end(code: number, reason: string): void {
    const how = code === 1006 ? (this.#error === null ? 'end' : 'error') : 'close';
    this.ending = { at: performance.now(), how, code, reason: how === 'error' ? (this.#error ?? '') : reason };
    this.#record('received', how === 'close' ? 'close' : 'end', this.ending.reason, false, code);
    this.#wake();
  }

  #wake(): void {
    for (const waiter of [...this.#waiters]) if (waiter.check()) waiter.resolve();
  }

  #record(
    direction: 'sent' | 'received',
    kind: 'text' | 'binary' | 'ping' | 'pong' | 'close' | 'end' | 'raw',
    data: string | Buffer,
    fence = false,
    code?: number,
  ): void {
    if (direction === 'sent' && kind === 'raw') this.sentCount = Number.POSITIVE_INFINITY;
    if (direction === 'sent' && (kind === 'text' || kind === 'binary')) this.sentCount += 1;
    const extra = { ...(fence ? { fence } : {}), ...(code === undefined ? {} : { code }) };
    this.#parts.trace.add({ connection: this.name, direction, kind, data, ...extra });
  }

  #write(write: (done: () => void) => void): Promise<void> {
    return new Promise((resolve) => {
      if (this.#parts.socket.readyState !== WebSocket.OPEN) resolve();
      else write(() => resolve());
    });
  }
}

export function describeEnding(ending: Ending): string {
  if (ending.how === 'close')
    return `closed with ${ending.code}${ending.reason === '' ? '' : ` (${brief(ending.reason)})`}`;
  return ending.how === 'end' ? 'TCP ended without a close frame' : `connection error (${ending.reason})`;
}

export function describeAttempt(attempt: Attempt): string {
  switch (attempt.outcome) {
    case 'open':
      return 'accepted and left open';
    case 'closed':
      return `accepted, ${attempt.connection.describe()}`;
    case 'refused':
      return `refused with HTTP ${attempt.status}`;
    default:
      return `no answer (${attempt.error})`;
  }
}
