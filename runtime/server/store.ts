// The part of the engine that handlers may use: values and lists of a channel, as JSON.

import type { Store } from './core.ts';
import { refuse } from './refusal.ts';
import type { Clock, Engine } from './seam.ts';
import { storeKey } from './topics.ts';

const unavailable = async <T>(work: Promise<T>): Promise<T> => {
  try {
    return await work;
  } catch {
    throw refuse('unavailable', 'The storage cannot be reached; nothing was accepted.');
  }
};

/** The store of one channel; its keys never meet those of another. */
export const createStore = (channel: string, engine: Engine, clock: Clock): Store => {
  const nameOf = (key: string): string => storeKey(channel, key);
  const publication = { channel, type: '', room: null, except: null, cause: null };
  return {
    load: async (key) => {
      const text = await unavailable(engine.load(nameOf(key)));
      return text === null ? null : JSON.parse(text);
    },
    save: (key, value) => unavailable(engine.save(nameOf(key), JSON.stringify(value))),
    append: (list, value, keep) =>
      unavailable(
        engine.append({
          stream: nameOf(list),
          topic: null,
          publication,
          text: [JSON.stringify(value)],
          timestamp: clock.now(),
          keep,
        }),
      ),
    read: async (list, keep) => {
      const { entries } = await unavailable(engine.history(nameOf(list), { after: 0 }, keep));
      return entries.map((entry) => JSON.parse(entry.text) as unknown);
    },
  };
};
