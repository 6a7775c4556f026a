// Client frames built by hand (RFC 6455 section 5.2), for what a well-behaved library refuses to send.
import { randomBytes } from 'node:crypto';

export interface FrameParts {
  /** 0 continuation, 1 text, 2 binary, 8 close, 9 ping, 10 pong; others are reserved. */
  readonly opcode: number;
  readonly payload?: string | Uint8Array;
  /** @default true */
  readonly final?: boolean;
  /** The three reserved bits, 0 to 7. @default 0 */
  readonly reserved?: number;
  /** A client must mask. @default true */
  readonly masked?: boolean;
}

export function encodeFrame(parts: FrameParts): Buffer {
  const payload = Buffer.from(typeof parts.payload === 'string' ? Buffer.from(parts.payload) : (parts.payload ?? []));
  const masked = parts.masked ?? true;
  const first = ((parts.final ?? true) ? 0x80 : 0) | ((parts.reserved ?? 0) << 4) | parts.opcode;
  const maskBit = masked ? 0x80 : 0;
  let head: Buffer;
  if (payload.length < 126) head = Buffer.from([first, maskBit | payload.length]);
  else if (payload.length < 65536) {
    head = Buffer.from([first, maskBit | 126, 0, 0]);
    head.writeUInt16BE(payload.length, 2);
  } else {
    head = Buffer.alloc(10);
    head[0] = first;
    head[1] = maskBit | 127;
    head.writeBigUInt64BE(BigInt(payload.length), 2);
  }
  if (!masked) return Buffer.concat([head, payload]);
  const mask = randomBytes(4);
  for (let index = 0; index < payload.length; index += 1) payload[index]! ^= mask[index & 3]!;
  return Buffer.concat([head, mask, payload]);
}

/** The payload of a close frame. */
export function closePayload(code: number, reason = ''): Buffer {
  const payload = Buffer.alloc(2 + Buffer.byteLength(reason));
  payload.writeUInt16BE(code, 0);
  payload.write(reason, 2);
  return payload;
}
