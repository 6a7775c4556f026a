// How a value is read from, and put into, a message.
import type { Path } from './table.ts';

export type Message = { readonly [name: string]: unknown };

/** The value at a path, or undefined where there is none. */
export function read(message: unknown, path: Path | undefined): unknown {
  if (!path) return undefined;
  let value = message;
  for (const name of path) value = (value as Message | null | undefined)?.[name];
  return value;
}

/** A copy of the message with the value at the path; what the caller passed is never changed. */
export const put = (message: Message | undefined, [name, ...rest]: Path, value: unknown): Message => ({
  ...message,
  [name!]: rest.length ? put(message?.[name!] as Message | undefined, rest, value) : value,
});

/** Bytes of UTF-8, as limits count them. */
export const byteLength = (text: string): number => new TextEncoder().encode(text).length;
