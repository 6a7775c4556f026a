// What RFC 6455 and a channel's limits make of the bytes that a client sends after the handshake: which messages arrive,
// what is answered, and how the connection ends. Written from the RFC, apart from the library that the server uses.
import { isUtf8 } from 'node:buffer';
import type { Limits } from '../scripts/model.ts';
import { opcodes } from './raw-frame.ts';

export interface Outcome {
  /** Text messages, in order. */
  readonly texts: readonly string[];
  /** Payloads of the pings, in order. */
  readonly pings: readonly Buffer[];
  /** Close codes of which one must be sent by the server; null: nothing ends the connection. */
  readonly ends: ReadonlySet<number> | null;
  /** Codes with which it may also end, earlier: what the RFC forbids and servers may let pass. */
  readonly mayEnd: ReadonlySet<number>;
  /** Whether the last bytes are part of a frame that is not whole. */
  readonly isCutOff: boolean;
}

/** RFC 6455 7.4.1 and 7.4.2: codes that an endpoint may put into a close frame. */
const isSendable = (code: number): boolean =>
  (code >= 1000 && code <= 1014 && ![1004, 1005, 1006].includes(code)) || (code >= 3000 && code <= 4999);

const isControl = (opcode: number): boolean => (opcode & 8) !== 0;

interface Head {
  readonly final: boolean;
  readonly reserved: number;
  readonly opcode: number;
  readonly masked: boolean;
  readonly short: number;
}

export const judgeFrames = (bytes: Buffer, limits: Limits): Outcome => {
  const texts: string[] = [];
  const pings: Buffer[] = [];
  const mayEnd = new Set<number>();
  let at = 0;
  let pending: { readonly opcode: number; readonly parts: Buffer[]; size: number } | null = null;
  const ended = (...codes: readonly number[]): Outcome => ({
    texts,
    pings,
    ends: new Set(codes),
    mayEnd,
    isCutOff: false,
  });
  const sizeCode = limits.message?.code ?? 1009;
  const encodingCode = limits.encoding?.code ?? 1007;

  /** 5.2 to 5.5: what the first two bytes alone forbid. */
  const forbids = ({ final, reserved, opcode, masked, short }: Head): boolean =>
    reserved !== 0 ||
    ![0, 1, 2, 8, 9, 10].includes(opcode) ||
    !masked ||
    (isControl(opcode) && (!final || short > 125)) ||
    (opcode === opcodes.continuation && pending === null) ||
    ((opcode === opcodes.text || opcode === opcodes.binary) && pending !== null);

  while (at + 2 <= bytes.length) {
    const [first, second] = [bytes[at]!, bytes[at + 1]!];
    const head: Head = {
      final: (first & 0x80) !== 0,
      reserved: (first >> 4) & 7,
      opcode: first & 15,
      masked: (second & 0x80) !== 0,
      short: second & 127,
    };
    const { final, opcode, short } = head;
    if (forbids(head)) return ended(1002);
    // 5.5.1: a body has at least the code.
    if (opcode === opcodes.close && short === 1) return ended(1002);
    const lengthBytes = short === 126 ? 2 : short === 127 ? 8 : 0;
    if (at + 2 + lengthBytes > bytes.length) break;
    const length =
      lengthBytes === 0
        ? BigInt(short)
        : lengthBytes === 2
          ? BigInt(bytes.readUInt16BE(at + 2))
          : bytes.readBigUInt64BE(at + 2);
    // 5.2: the most significant bit of a length is 0, and the least number of bytes is used. Servers are lax.
    if (length >= 1n << 63n) return ended(1002, sizeCode);
    if ((lengthBytes === 2 && length < 126n) || (lengthBytes === 8 && length < 65_536n)) mayEnd.add(1002);
    const largest = limits.message === null ? 2n ** 53n - 1n : BigInt(limits.message.bytes);
    const sum: bigint = isControl(opcode) ? 0n : length + BigInt(pending?.size ?? 0);
    if (sum > largest) return ended(sizeCode);
    const start = at + 2 + lengthBytes + 4;
    const end = start + Number(length);
    if (end > bytes.length) break;
    const mask = bytes.subarray(start - 4, start);
    const payload = Buffer.from(bytes.subarray(start, end));
    for (let index = 0; index < payload.length; index += 1) payload[index]! ^= mask[index & 3]!;
    at = end;

    if (opcode === opcodes.close) {
      if (payload.length === 0) return ended(1000, 1005);
      const code = payload.readUInt16BE(0);
      const isText = isUtf8(payload.subarray(2));
      if (!isSendable(code)) return isText ? ended(1002) : ended(1002, 1007);
      return isText ? ended(code) : ended(1007);
    }
    if (opcode === opcodes.ping) pings.push(payload);
    if (isControl(opcode)) continue;
    pending ??= { opcode, parts: [], size: 0 };
    pending.parts.push(payload);
    pending.size += payload.length;
    if (!final) continue;
    const whole = Buffer.concat(pending.parts);
    const isBinary = pending.opcode === opcodes.binary;
    pending = null;
    if (isBinary) {
      if (limits.binary !== null) return ended(limits.binary.code);
    } else if (!isUtf8(whole)) return ended(encodingCode);
    else texts.push(whole.toString());
  }
  // 8.1: what cannot become UTF-8 any more may end it before the message is whole.
  if (pending !== null && pending.opcode === opcodes.text) mayEnd.add(encodingCode);
  return { texts, pings, ends: null, mayEnd, isCutOff: at < bytes.length };
};
