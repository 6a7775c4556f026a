// One WebSocket connection under full control: nothing is answered unasked, and every frame is in the trace.
import { performance } from 'node:perf_hooks';
import { WebSocket } from 'ws';
import type { Ending } from './ending.ts';
import type { Received } from './inbox.ts';
import type { User } from './users.ts';
import { Wire, type WireParts } from './wire.ts';

export { type Attempt, describeAttempt, describeEnding, type Ending } from './ending.ts';
export type { Received } from './inbox.ts';

export interface ControlFrame {
  readonly at: number;
  readonly data: Buffer;
}

export interface ConnectionParts extends WireParts {
  readonly user: User | null;
  /** Room of the address; null where the channel has no rooms. */
  readonly room: string | null;
  readonly classify: (value: unknown) => string | null;
  readonly autoPong: boolean;
  /** The answer to a message that is the server's heartbeat; null: the message is none. Sent where {@link autoPong} is set. */
  readonly beatAnswer?: (message: Received) => string | null;
}

/** Longer texts are parsed anew whenever their value is asked for: a flood of them would be kept twice. */
const keptCharacters = 4096;

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export class Connection extends Wire {
  readonly user: User | null;
  readonly room: string | null;
  /** Rooms that it was brought into by kit.join, and not out of by kit.leave. */
  readonly joinedRooms = new Set<string>();
  readonly pings: ControlFrame[] = [];
  readonly pongs: ControlFrame[] = [];
  /** performance.now() when the upgrade was accepted. */
  openedAt = 0;
  /** Whether the server's heartbeats are answered, ping frames and messages. */
  autoPong: boolean;
  /** Messages that were only counted, and their bytes. */
  readonly skimmed = { count: 0, bytes: 0 };
  readonly #parts: ConnectionParts;
  #error: string | null = null;
  #skimFromBytes = Number.POSITIVE_INFINITY;

  constructor(parts: ConnectionParts) {
    super(parts);
    this.#parts = parts;
    this.user = parts.user;
    this.room = parts.room;
    this.autoPong = parts.autoPong;
    const { socket } = parts;
    // Set before the first byte can come: `ws` emits what came with the upgrade response in the same turn as `open`.
    socket.on('message', (data: Buffer, isBinary: boolean) => this.#receive(data, isBinary));
    socket.on('ping', (data: Buffer) => {
      this.pings.push({ at: performance.now(), data });
      this.record('received', 'ping', data);
      if (this.autoPong) this.pong(data);
      this.wake();
    });
    socket.on('pong', (data: Buffer) => {
      this.pongs.push({ at: performance.now(), data });
      this.record('received', 'pong', data);
      this.wake();
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

  /** The n-th ping frame from the server (from 0); null where it does not come in time. */
  async pingFrame(n: number, withinMs: number): Promise<ControlFrame | null> {
    await this.until(() => this.pings.length > n || this.ending !== null, withinMs);
    return this.pings[n] ?? null;
  }

  /** Sends a close frame and waits for the server's; after 2 s the TCP connection is dropped. */
  async close(code = 1000, reason = ''): Promise<Ending> {
    if (this.ending !== null) return this.ending;
    this.endedBySuite = true;
    this.record('sent', 'close', reason, false, code);
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

  /** From now on messages of so many bytes or more are counted, and neither read nor kept: a flood is about how many come. */
  skim(fromBytes: number): void {
    this.#skimFromBytes = fromBytes;
  }

  /** Ends the sending half of the TCP connection; reading goes on. */
  halfClose(): void {
    if (this.ending === null) this.endedBySuite = true;
    this.#parts.tcp()?.end();
  }

  #receive(data: Buffer, isBinary: boolean): void {
    if (data.length >= this.#skimFromBytes) {
      this.skimmed.count += 1;
      this.skimmed.bytes += data.length;
      this.wake();
      return;
    }
    const text = isBinary ? '' : data.toString();
    const value = isBinary ? undefined : parsed(text);
    const key = value === undefined ? null : this.#parts.classify(value);
    const fence = !isBinary && this.#parts.isFence(text, key, value);
    this.record('received', isBinary ? 'binary' : 'text', isBinary ? data : text, fence);
    const binary = isBinary ? data : null;
    const seen = { index: this.messages.length, at: performance.now(), text, binary, key, fence };
    const latest: Received =
      text.length <= keptCharacters
        ? { ...seen, value }
        : {
            ...seen,
            get value() {
              return parsed(text);
            },
          };
    this.messages.push(latest);
    const answer = this.autoPong ? (this.#parts.beatAnswer?.(latest) ?? null) : null;
    if (answer !== null) void this.send(answer);
    this.wake();
  }

  #end(code: number, reason: string): void {
    const how = code === 1006 ? (this.#error === null ? 'end' : 'error') : 'close';
    this.ending = { at: performance.now(), how, code, reason: how === 'error' ? (this.#error ?? '') : reason };
    this.record('received', how === 'close' ? 'close' : 'end', this.ending.reason, false, code);
    this.wake();
  }
}
