// How a message is written, and what follows from its having been written.
import { compose } from './compose.ts';
import type { Message } from './message.ts';
import { act, type Entry, type Turn } from './state.ts';

/** Writes a message, and settles it unless an answer will. */
export function transmit(t: Turn, entry: Entry): void {
  const { beating, answering } = t.rules;
  act(t, 'write', entry.text, t.epoch);
  beating?.written(t, entry.type);
  if (!answering?.written(t, entry)) act(t, 'settle', entry.key);
}

/** Writes a message of the client's own: a ping, a join, a resync. */
export const post = (t: Turn, type: string, fields: Message = {}, rest?: Partial<Entry>): void =>
  transmit(t, compose(t, type, fields, rest));
