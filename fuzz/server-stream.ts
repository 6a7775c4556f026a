// Reads what a server sends, and says where it breaks RFC 6455: the answer to the upgrade, then frames.
import { isUtf8 } from 'node:buffer';
import { opcodes } from './raw-frame.ts';

export interface ServerStreamEvents {
  text(text: string): void;
  pong(payload: Buffer): void;
  /** 1005: a close frame without a code. */
  close(code: number): void;
  /** What is wrong, in words. */
  broken(what: string): void;
}

/** Takes the bytes after the answer to the upgrade, in whatever pieces they come. */
export class ServerStream {
  readonly #events: ServerStreamEvents;
  #rest: Buffer = Buffer.alloc(0);
  #isClosed = false;

  constructor(events: ServerStreamEvents) {
    this.#events = events;
  }

  push(bytes: Buffer): void {
    this.#rest = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    while (this.#rest.length >= 2 && this.#take());
  }

  /** Whether a whole frame was taken. */
  #take(): boolean {
    const bytes = this.#rest;
    const [first, second] = [bytes[0]!, bytes[1]!];
    const short = second & 127;
    const lengthBytes = short === 126 ? 2 : short === 127 ? 8 : 0;
    if (bytes.length < 2 + lengthBytes) return false;
    const size =
      lengthBytes === 0 ? short : lengthBytes === 2 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
    const end = 2 + lengthBytes + size;
    if (bytes.length < end) return false;
    this.#rest = bytes.subarray(end);
    const wrong = this.#wrong(first, second, lengthBytes, size);
    if (wrong !== null) this.#events.broken(wrong);
    this.#tell(first & 15, bytes.subarray(2 + lengthBytes, end));
    return true;
  }

  #wrong(first: number, second: number, lengthBytes: number, size: number): string | null {
    if (this.#isClosed) return 'a frame after the close frame';
    if ((first & 0x80) === 0) return 'a fragment, which this server never sends';
    if ((first & 0x70) !== 0) return 'reserved bits';
    if ((second & 0x80) !== 0) return 'a masked frame';
    if (![1, 8, 9, 10].includes(first & 15)) return `the opcode ${first & 15}`;
    if ((first & 8) !== 0 && size > 125) return 'a control frame above 125 bytes';
    if ((lengthBytes === 2 && size < 126) || (lengthBytes === 8 && size < 65_536))
      return 'a length that is not minimal';
    return null;
  }

  #tell(opcode: number, payload: Buffer): void {
    if (opcode === opcodes.text) {
      if (!isUtf8(payload)) this.#events.broken('a text message that is not UTF-8');
      this.#events.text(payload.toString());
    } else if (opcode === opcodes.pong) this.#events.pong(payload);
    else if (opcode === opcodes.close) {
      this.#isClosed = true;
      if (payload.length === 1 || !isUtf8(payload.subarray(2))) this.#events.broken('a broken close frame');
      this.#events.close(payload.length < 2 ? 1005 : payload.readUInt16BE(0));
    }
  }
}
