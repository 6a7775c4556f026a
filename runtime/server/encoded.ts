// Encodes and frames a text message once, however many connections get it.

import { Buffer } from 'node:buffer';
import type { Encoded } from './seam.ts';

const TEXT_FINAL = 0x81;

/** RFC 6455 5.2: an unmasked, unfragmented text frame. */
const frameText = (text: string): Buffer => {
  const length = Buffer.byteLength(text);
  const header = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const frame = Buffer.allocUnsafe(header + length);
  frame[0] = TEXT_FINAL;
  if (header === 2) frame[1] = length;
  else if (header === 4) {
    frame[1] = 126;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = 127;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  frame.write(text, header);
  return frame;
};

/** Frames JSON text. */
export const encodeText = (text: string): Encoded => {
  const frame = frameText(text);
  return { text, frame, bytes: frame.length };
};

export const encodeMessage = (message: unknown): Encoded => encodeText(JSON.stringify(message));
