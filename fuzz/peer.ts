// A client of bytes: sends an upgrade request and then whatever it is given, in pieces, and keeps everything that comes back.
import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import type { Dice } from './dice.ts';
import { ServerStream } from './server-stream.ts';

/** The lines of a valid upgrade request. */
export const upgradeRequest = (url: URL): readonly string[] => [
  `GET ${url.pathname}${url.search} HTTP/1.1`,
  `Host: ${url.host}`,
  'Upgrade: websocket',
  'Connection: Upgrade',
  'Sec-WebSocket-Version: 13',
  `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
];

export class Peer {
  readonly texts: string[] = [];
  readonly pongs: Buffer[] = [];
  readonly broken: string[] = [];
  /** Status of the answer to the request; null: none yet. */
  status: number | null = null;
  /** The answer's first line, or what came in its place. */
  answer = '';
  /** Of the server's close frame; null: none came. */
  closeCode: number | null = null;
  /** Whether the server's side has ended. */
  hasEnded = false;
  readonly #socket: Socket;
  readonly #stream: ServerStream;
  #head: Buffer | null = Buffer.alloc(0);
  #wake: () => void = () => {};

  constructor(url: URL) {
    this.#stream = new ServerStream({
      text: (text) => void this.texts.push(text),
      pong: (payload) => void this.pongs.push(payload),
      close: (code) => {
        this.closeCode = code;
      },
      broken: (what) => void this.broken.push(what),
    });
    this.#socket = connect({ port: Number(url.port), host: url.hostname, allowHalfOpen: true, noDelay: true });
    this.#socket.on('data', (bytes: Buffer) => this.#take(bytes));
    this.#socket.on('error', () => {});
    for (const event of ['end', 'close']) {
      this.#socket.on(event, () => {
        this.hasEnded = true;
        this.#wake();
      });
    }
  }

  /** Writes, in pieces where the dice say so. */
  async write(bytes: Buffer, dice: Dice): Promise<void> {
    let at = 0;
    while (bytes.length - at > 1 && dice.chance(0.2) && this.#socket.writable) {
      const end = at + 1 + dice.below(bytes.length - at - 1);
      this.#socket.write(bytes.subarray(at, end));
      at = end;
      // A turn of the event loop between two: the server reads them apart.
      await new Promise((resolve) => setImmediate(resolve));
    }
    if (this.#socket.writable) this.#socket.write(bytes.subarray(at));
  }

  /** Sends nothing more; the server is still heard. */
  finish(): void {
    this.#socket.end();
  }

  drop(): void {
    this.#socket.destroy();
  }

  /** Resolves to whether it came to be so in time, or the server ended it. */
  async until(isSo: () => boolean, withinMs: number): Promise<boolean> {
    const deadline = performance.now() + withinMs;
    while (!isSo()) {
      if (this.hasEnded) return isSo();
      const left = deadline - performance.now();
      if (left <= 0) return false;
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        timer = setTimeout(resolve, left);
      });
      clearTimeout(timer);
    }
    return true;
  }

  #take(bytes: Buffer): void {
    const rest = this.#head === null ? bytes : this.#takeHead(bytes);
    if (rest !== null && rest.length > 0) this.#stream.push(rest);
    this.#wake();
  }

  /** What follows an answer that accepts; null: there is no such answer, or not yet. */
  #takeHead(bytes: Buffer): Buffer | null {
    const head = Buffer.concat([this.#head ?? Buffer.alloc(0), bytes]);
    this.#head = head;
    this.answer = head.subarray(0, 100).toString('latin1').split('\r\n')[0] ?? '';
    const end = head.indexOf('\r\n\r\n');
    if (end < 0) return null;
    this.status ??= Number(/^HTTP\/1\.1 (\d{3}) /.exec(this.answer)?.[1] ?? 0);
    if (this.status !== 101) return null;
    this.#head = null;
    return head.subarray(end + 4);
  }
}
