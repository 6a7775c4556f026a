// How fields become a message of the contract: discriminator, id and timestamps are the client's to fill in.
import { byteLength, type Message, put, read } from './message.ts';
import type { Entry, Turn } from './state.ts';
import type { Path } from './table.ts';

export const rowOf = (t: Turn, type: string) => t.rules.messages[type] ?? {};

export function compose(t: Turn, type: string, fields: Message, rest?: Partial<Entry>): Entry {
  const { rules, now } = t;
  let message = rules.type ? put(fields, rules.type, type) : fields;
  const fill = (path: Path | undefined, value: unknown) => {
    if (path && read(message, path) === undefined) message = put(message, path, value);
  };
  // Unique by time and chance; unlike a UUID it needs no secure context.
  fill(rules.id, now.toString(36) + t.random().toString(36).slice(2));
  fill(rules.timestamp, new Date(now).toISOString());
  for (const path of rowOf(t, type).stamps ?? []) fill(path, now);
  const text = JSON.stringify(message);
  return { ...rest, type, fields, message, text, bytes: byteLength(text) };
}
