// Reads, writes and removes what stands at a path of a message, without changing the message.
import type { Path } from '../../../runtime/client/table.ts';

type Members = { readonly [name: string]: unknown };

const isMembers = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export function valueAt(message: unknown, path: Path): unknown {
  let value = message;
  for (const name of path) value = isMembers(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  return value;
}

/** Undefined removes it. What is no object stays as it is. */
export function withValue(message: unknown, [name, ...rest]: Path, value: unknown): unknown {
  if (name === undefined || !isMembers(message)) return message;
  if (rest.length > 0)
    return Object.hasOwn(message, name) ? { ...message, [name]: withValue(message[name], rest, value) } : message;
  const others = Object.entries(message).filter(([own]) => own !== name);
  if (value === undefined) return Object.fromEntries(others);
  return { ...message, [name]: value };
}
