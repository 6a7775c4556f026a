// Cuts a close reason to what fits in a control frame, never within a character.

import { Buffer } from 'node:buffer';

// RFC 6455 5.5: a control frame carries at most 125 bytes, two of which are the close code.
const MAX_REASON_BYTES = 123;

/** The longest beginning of `reason` that has at most 123 UTF-8 bytes. */
export const cutReason = (reason: string): string => {
  if (Buffer.byteLength(reason) <= MAX_REASON_BYTES) return reason;
  let cut = '';
  let bytes = 0;
  for (const character of reason) {
    bytes += Buffer.byteLength(character);
    if (bytes > MAX_REASON_BYTES) break;
    cut += character;
  }
  return cut;
};
