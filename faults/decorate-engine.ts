// Decorates the engine: numbers, histories, presence and reservations.
import type { Engine, Seam } from '../runtime/server/index.ts';

/** The engine with some of its members exchanged. */
export const changeEngine = (seam: Seam, change: (inner: Engine) => Partial<Engine>): Seam => {
  const inner = seam.engine;
  const plain: Engine = {
    append: (entry) => inner.append(entry),
    history: (stream, range, keep) => inner.history(stream, range, keep),
    drop: (stream, unlessJoined) => inner.drop(stream, unlessJoined),
    publish: (topic, publication) => inner.publish(topic, publication),
    subscribe: (topic, listener) => inner.subscribe(topic, listener),
    join: (set, connection, member) => inner.join(set, connection, member),
    leave: (set, connection) => inner.leave(set, connection),
    members: (set) => inner.members(set),
    claim: (key, fingerprint, windowMs) => inner.claim(key, fingerprint, windowMs),
    load: (key) => inner.load(key),
    save: (key, text) => inner.save(key, text),
    ...(inner.watch && { watch: (listener) => inner.watch!(listener) }),
    close: () => inner.close(),
  };
  return { ...seam, engine: { ...plain, ...change(inner) } };
};
