// Frames with every bit chosen (RFC 6455 5.2), those that no client may send among them, written with a mask that a seed gives again.
import type { Dice } from './dice.ts';

export interface RawFrame {
  readonly opcode: number;
  readonly payload: Buffer;
  /** @default true */
  readonly final?: boolean;
  /** The three reserved bits, 0 to 7. @default 0 */
  readonly reserved?: number;
  /** @default true */
  readonly masked?: boolean;
  /** Instead of the payload's, written in eight bytes. */
  readonly claimedLength?: bigint;
  /** How many bytes the length takes: 0, 2 or 8. @default as few as will do */
  readonly lengthBytes?: 0 | 2 | 8;
}

export const opcodes = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

const LONG = 4096;

export const writeFrame = (dice: Dice, frame: RawFrame): Buffer => {
  const { opcode, payload, final = true, reserved = 0, masked = true, claimedLength } = frame;
  const size = payload.length;
  const least = claimedLength !== undefined ? 8 : size < 126 ? 0 : size < 65_536 ? 2 : 8;
  const lengthBytes = Math.max(least, frame.lengthBytes ?? 0);
  const short = lengthBytes === 0 ? size : lengthBytes === 2 ? 126 : 127;
  const length = Buffer.alloc(lengthBytes);
  if (lengthBytes === 2) length.writeUInt16BE(size);
  if (lengthBytes === 8) length.writeBigUInt64BE(claimedLength ?? BigInt(size));
  const head = Buffer.from([(final ? 0x80 : 0) | (reserved << 4) | opcode, (masked ? 0x80 : 0) | short]);
  if (!masked) return Buffer.concat([head, length, payload]);
  // A mask of zeros is one too, and spares the work on what is long.
  const mask = size > LONG ? Buffer.alloc(4) : dice.bytes(4);
  const hidden = Buffer.from(payload);
  for (let at = 0; at < size && size <= LONG; at += 1) hidden[at]! ^= mask[at & 3]!;
  return Buffer.concat([head, length, mask, hidden]);
};

/** The payload of a close frame. */
export const closePayload = (code: number, reason: Buffer = Buffer.alloc(0)): Buffer => {
  const payload = Buffer.alloc(2);
  payload.writeUInt16BE(code);
  return Buffer.concat([payload, reason]);
};
