// A WebSocket client that counts: it reads frames just far enough to tell them apart, and answers pings.
import { connect, type Socket } from 'node:net';

/** Frames of clients are masked; a mask of zeros leaves the payload as it is. */
export function clientFrame(payload: Buffer, opcode: number): Buffer {
  const { length } = payload;
  const header = length < 126 ? Buffer.alloc(6) : length < 65_536 ? Buffer.alloc(8) : Buffer.alloc(14);
  header[0] = 0x80 | opcode;
  header[1] = 0x80 | (length < 126 ? length : length < 65_536 ? 126 : 127);
  if (length >= 65_536) header.writeBigUInt64BE(BigInt(length), 2);
  else if (length >= 126) header.writeUInt16BE(length, 2);
  return Buffer.concat([header, payload]);
}

export const textFrame = (text: string): Buffer => clientFrame(Buffer.from(text), 1);

const TEXT = 1;
const CLOSE = 8;
const PING = 9;
/** Engine.IO: `2` is the server's ping and `3` the answer to it. */
const ENGINE_PING = 0x32;
const ENGINE_PONG = textFrame('3');

export interface Counts {
  /** A text message came that is at least as large as those that are counted. */
  large(socket: PeerSocket): void;
  closed(socket: PeerSocket): void;
}

export interface PeerOptions {
  readonly host: string;
  readonly port: number;
  readonly path: string;
  readonly localAddress: string | null;
  /** Bytes from which a text message is counted. */
  readonly least: number;
  readonly room: number;
}

// One for all: what is read is looked at before anything else is read.
const shared = Buffer.allocUnsafe(65_536);

export class PeerSocket {
  readonly room: number;
  /** Text messages of any size, large ones, and pings of the server. */
  texts = 0;
  larges = 0;
  pings = 0;
  /** With which the server closed; 0: with none. */
  closeCode = 0;
  readonly #options: PeerOptions;
  readonly #counts: Counts;
  readonly #socket: Socket;
  #opened: (() => void) | null = null;
  #head = '';
  #rest: Buffer | null = null;

  constructor(options: PeerOptions, counts: Counts, opened: () => void) {
    this.room = options.room;
    this.#options = options;
    this.#counts = counts;
    this.#opened = opened;
    const { host, port, localAddress } = options;
    this.#socket = connect({
      host,
      port,
      ...(localAddress !== null && { localAddress }),
      onread: {
        buffer: shared,
        callback: (length, bytes) => {
          this.#read(Buffer.from(bytes.buffer, bytes.byteOffset, length));
          return true;
        },
      },
    });
    this.#socket.setNoDelay(true);
    this.#socket.on('error', () => {});
    this.#socket.on('close', () => counts.closed(this));
    this.#socket.write(
      `GET ${options.path} HTTP/1.1\r\nHost: ${host}:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
        'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
    );
  }

  write(frames: Buffer): void {
    this.#socket.write(frames);
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #read(chunk: Buffer): void {
    if (this.#opened) this.#shake(chunk);
    else this.#frames(chunk);
  }

  #shake(chunk: Buffer): void {
    this.#head += chunk.toString('latin1');
    const end = this.#head.indexOf('\r\n\r\n');
    if (end < 0) return;
    if (!this.#head.startsWith('HTTP/1.1 101')) throw new Error(`Not upgraded: ${this.#head.slice(0, 200)}`);
    const rest = Buffer.from(this.#head.slice(end + 4), 'latin1');
    this.#head = '';
    const opened = this.#opened;
    this.#opened = null;
    opened?.();
    if (rest.length > 0) this.#frames(rest);
  }

  #frames(chunk: Buffer): void {
    const bytes = this.#rest ? Buffer.concat([this.#rest, chunk]) : chunk;
    this.#rest = null;
    const { length } = bytes;
    let at = 0;
    while (at < length) {
      const size = this.#frame(bytes, at, length);
      if (size === 0) {
        // The shared buffer is written over.
        this.#rest = Buffer.from(bytes.subarray(at));
        return;
      }
      at += size;
    }
  }

  /** Size of the frame at that place; 0: its end is not there yet. */
  #frame(bytes: Buffer, at: number, end: number): number {
    if (end - at < 2) return 0;
    const short = bytes[at + 1]! & 0x7f;
    const header = short < 126 ? 2 : short === 126 ? 4 : 10;
    if (end - at < header) return 0;
    const payload =
      short < 126 ? short : short === 126 ? bytes.readUInt16BE(at + 2) : Number(bytes.readBigUInt64BE(at + 2));
    const size = header + payload;
    if (end - at < size) return 0;
    const opcode = bytes[at]! & 0x0f;
    if (opcode === TEXT) {
      this.texts += 1;
      if (payload >= this.#options.least) {
        this.larges += 1;
        this.#counts.large(this);
      } else if (payload === 1 && bytes[at + header] === ENGINE_PING) {
        this.pings += 1;
        this.write(ENGINE_PONG);
      }
    } else if (opcode === CLOSE) {
      if (payload >= 2) this.closeCode = bytes.readUInt16BE(at + header);
    } else if (opcode === PING) {
      this.pings += 1;
      this.write(clientFrame(Buffer.from(bytes.subarray(at + header, at + size)), 10));
    }
    return size;
  }
}
