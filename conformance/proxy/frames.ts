// Reads WebSocket frames out of a byte stream and writes single ones (RFC 6455 5.2), keeping the bytes of each as they came.
import { randomBytes } from 'node:crypto';

export const opcodes = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

export interface Frame {
  /** The whole frame as it came. */
  readonly raw: Buffer;
  readonly opcode: number;
  readonly fin: boolean;
  /** Unmasked. */
  readonly payload: Buffer;
}

/** Takes bytes in whatever pieces they come. It checks nothing: what is wrong with a frame is for the receiver to say. */
export class FrameReader {
  #rest: Buffer = Buffer.alloc(0);

  /** Bytes of a frame that is not whole yet. */
  get rest(): Buffer {
    return this.#rest;
  }

  push(bytes: Buffer): readonly Frame[] {
    this.#rest = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    const frames: Frame[] = [];
    for (let frame = readFrame(this.#rest); frame !== null; frame = readFrame(this.#rest)) {
      frames.push(frame);
      this.#rest = this.#rest.subarray(frame.raw.length);
    }
    return frames;
  }
}

function readFrame(bytes: Buffer): Frame | null {
  if (bytes.length < 2) return null;
  const [first, second] = [bytes[0]!, bytes[1]!];
  const isMasked = (second & 0x80) !== 0;
  const short = second & 0x7f;
  const lengthBytes = short === 126 ? 2 : short === 127 ? 8 : 0;
  const headBytes = 2 + lengthBytes + (isMasked ? 4 : 0);
  if (bytes.length < headBytes) return null;
  const length =
    lengthBytes === 0 ? short : lengthBytes === 2 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
  if (bytes.length < headBytes + length) return null;
  const raw = bytes.subarray(0, headBytes + length);
  const payload = Buffer.from(raw.subarray(headBytes));
  if (isMasked) applyMask(payload, raw.subarray(headBytes - 4, headBytes));
  return { raw, opcode: first & 0x0f, fin: (first & 0x80) !== 0, payload };
}

/** One whole frame. A client masks what it sends, a server does not (RFC 6455 5.1). */
export function writeFrame(opcode: number, payload: Buffer, isMasked: boolean): Buffer {
  const size = payload.length;
  const length = size < 126 ? Buffer.alloc(0) : Buffer.alloc(size < 65_536 ? 2 : 8);
  if (length.length === 2) length.writeUInt16BE(size);
  if (length.length === 8) length.writeBigUInt64BE(BigInt(size));
  const short = size < 126 ? size : length.length === 2 ? 126 : 127;
  const head = Buffer.from([0x80 | opcode, (isMasked ? 0x80 : 0) | short]);
  if (!isMasked) return Buffer.concat([head, length, payload]);
  const mask = randomBytes(4);
  const masked = Buffer.from(payload);
  applyMask(masked, mask);
  return Buffer.concat([head, length, mask, masked]);
}

export function closePayload(code: number, reason = ''): Buffer {
  const payload = Buffer.alloc(2 + Buffer.byteLength(reason));
  payload.writeUInt16BE(code);
  payload.write(reason, 2);
  return payload;
}

/** Code of a close frame; 1005: it has none (RFC 6455 7.1.5). */
export function closeCodeOf(payload: Buffer): number {
  return payload.length < 2 ? 1005 : payload.readUInt16BE(0);
}

function applyMask(bytes: Buffer, mask: Buffer): void {
  for (let index = 0; index < bytes.length; index += 1) bytes[index]! ^= mask[index % 4]!;
}
