// Which messages of the server a client has had before. A part: only channels whose messages are known by an id load it.
import { read } from './message.ts';
import type { Repeats } from './state.ts';

/** Ids remembered, of all types together. */
const remembered = 1000;

export const repeats: Repeats = (ids) => {
  const seen = new Set<string>();
  return (type, message) => {
    const id = read(message, ids[type]);
    const mark = `${type} ${id}`;
    if (id === undefined || seen.has(mark)) return id !== undefined;
    seen.add(mark);
    if (seen.size > remembered) seen.delete(seen.keys().next().value!);
    return false;
  };
};
