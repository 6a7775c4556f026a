// Reads and rewrites encoded messages.
import { type ChannelTable, type Encoded, encodeMessage } from '../runtime/server/index.ts';
import { typeOf } from '../runtime/server/publisher.ts';

export interface Parsed {
  /** Undefined where the text is no JSON. */
  readonly value: unknown;
  /** `''` where it cannot be told. */
  readonly type: string;
}

const clientType = (table: ChannelTable, value: unknown): string =>
  table.envelope.discriminator === null ? (Object.keys(table.client)[0] ?? '') : typeOf(table, value);

/** What a client wrote. */
export const parsed = (table: ChannelTable, text: string): Parsed => {
  try {
    const value: unknown = JSON.parse(text);
    return { value, type: clientType(table, value) };
  } catch {
    return { value: undefined, type: '' };
  }
};

/** What the server wrote. */
export const parsedOwn = (table: ChannelTable, message: Encoded): Parsed => {
  const value: unknown = JSON.parse(message.text);
  return { value, type: typeOf(table, value) };
};

/** A message changed in place of the one given; the same one where nothing was changed. */
export const rewritten = (message: Encoded, change: (value: unknown) => unknown): Encoded => {
  const before: unknown = JSON.parse(message.text);
  const after = change(before);
  return after === before ? message : encodeMessage(after);
};
