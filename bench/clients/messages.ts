// The messages that every library carries: one of the contract, of some 190 bytes, each with the next number.
import type { MeasuredChannel } from './measured-channel.ts';

/** Printed into the program by its bundler. */
declare const MEASURED_CHANNEL: MeasuredChannel;

let sequence = 0;

export function nextMessage(): object {
  sequence += 1;
  return put(MEASURED_CHANNEL.message, MEASURED_CHANNEL.sequence, sequence);
}

/** A copy of the message with another value at the path. */
function put(message: object, [name = '', ...rest]: readonly string[], value: unknown): object {
  const inner = (message as { readonly [name: string]: unknown })[name];
  return { ...message, [name]: rest.length > 0 ? put(inner as object, rest, value) : value };
}
