// What the suite sends on one connection: well-behaved messages, and frames and bytes that a library refuses to send.
import type { Socket } from 'node:net';
import { WebSocket } from 'ws';
import { encodeFrame, type FrameParts } from './frames.ts';
import { Inbox, type Received } from './inbox.ts';
import type { Trace } from './trace.ts';

export interface WireParts {
  readonly name: string;
  readonly socket: WebSocket;
  readonly tcp: () => Socket | null;
  readonly trace: Trace;
  readonly isFence: (text: string, key: string | null, value: unknown) => boolean;
  readonly patienceMs: () => number;
}

/** Of what was sent, so that a flood is not kept. */
const mostKeptCharacters = 1_000_000;

const bytesOf = (payload: string | Uint8Array) => Buffer.from(payload as Uint8Array);

export class Wire extends Inbox {
  /** Whether the suite ended it, by a close frame or by dropping it: the code in the ending is then no choice of the server's. */
  endedBySuite = false;
  /** Messages sent on it; infinite once raw bytes were, which may be any number of messages. */
  sentCount = 0;
  /** The first texts that were sent on it. */
  readonly #sent = new Set<string>();
  #keptCharacters = 0;
  readonly #parts: WireParts;

  constructor(parts: WireParts) {
    super(parts.name, parts.patienceMs);
    this.#parts = parts;
  }

  /** A value goes as JSON, a string as it is. Resolves when the operating system has taken it; a dead connection is not an error. */
  send(message: unknown): Promise<void> {
    const text = typeof message === 'string' ? message : JSON.stringify(message);
    this.noteSent(text);
    this.record('sent', 'text', text, this.#parts.isFence(text, null, undefined));
    return this.#write((done) => this.#parts.socket.send(text, done));
  }

  /** For {@link isBounced}: what is sent otherwise than by the methods here. */
  noteSent(text: string): void {
    this.#keptCharacters += text.length;
    if (this.#keptCharacters <= mostKeptCharacters) this.#sent.add(text);
  }

  /** Whether it came as this connection had sent it: an echo knows no more of the contract than that. */
  isBounced({ text }: Received): boolean {
    return this.#sent.has(text);
  }

  sendBinary(bytes: Uint8Array): Promise<void> {
    this.record('sent', 'binary', Buffer.from(bytes));
    return this.#write((done) => this.#parts.socket.send(bytes, done));
  }

  /** One text message in these pieces, a frame each. */
  async sendFragments(pieces: readonly (string | Uint8Array)[]): Promise<void> {
    this.noteSent(Buffer.concat(pieces.map(bytesOf)).toString());
    for (const [index, payload] of pieces.entries()) {
      await this.sendFrame({ opcode: index === 0 ? 1 : 0, payload, final: index === pieces.length - 1 });
    }
  }

  /** A frame as a library would refuse to send it: invalid UTF-8 in text, reserved opcodes, unmasked. */
  sendFrame(parts: FrameParts): Promise<void> {
    if (parts.opcode === 8 && this.ending === null) this.endedBySuite = true;
    if (parts.opcode === 1 && parts.final !== false) this.noteSent(bytesOf(parts.payload ?? '').toString());
    return this.sendRaw(encodeFrame(parts));
  }

  /** Bytes on the TCP connection, as they are. */
  sendRaw(bytes: Uint8Array): Promise<void> {
    this.record('sent', 'raw', Buffer.from(bytes));
    return this.#write((done) => {
      const tcp = this.#parts.tcp();
      if (tcp === null || tcp.destroyed) done();
      else tcp.write(bytes, () => done());
    });
  }

  ping(data: string | Uint8Array = ''): Promise<void> {
    this.record('sent', 'ping', Buffer.from(data));
    return this.#write((done) => this.#parts.socket.ping(data, true, done));
  }

  pong(data: string | Uint8Array = ''): Promise<void> {
    this.record('sent', 'pong', Buffer.from(data));
    return this.#write((done) => this.#parts.socket.pong(data, true, done));
  }

  protected record(
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
