// Who hears what arrives: handlers by type, handlers of everything, reports and iterators. One that throws stops no other.
import type { Message } from './message.ts';

/** Messages that an iterator keeps for a reader that is slow. */
const unreadLimit = 1000;

type Call<T> = (value: T) => void;

/** What handlers are for besides the messages of a type: numbers, which no type is. */
export const any = 0;
export const reports = 1;
export const changes = 2;
export const ends = 3;
export const debug = 4;

export type Feed = ReturnType<typeof createFeed>;

export function createFeed() {
  const handlers = new Map<string | number, Set<Call<never>>>();

  /** Adds a handler, to a new set: it does not hear what is being told now. Returns what takes it away again. */
  function on<T>(name: string | number, handler: Call<T>): () => void {
    handlers.set(name, new Set(handlers.get(name)).add(handler));
    return () => off(name, handler);
  }

  const off = <T>(name: string | number, handler: Call<T>): unknown => handlers.get(name)?.delete(handler);

  /** Calls those that were there when it began and are not yet taken away. */
  function tell(name: string | number, value?: unknown): void {
    const all = handlers.get(name);
    if (!all) return;
    for (const handler of all)
      if (handlers.get(name)?.has(handler))
        try {
          handler(value as never);
        } catch (error) {
          // An error that no report handler takes is not swallowed.
          if (name !== reports && handlers.get(reports)?.size) tell(reports, { kind: 'handler', error });
          else console.error(error);
        }
  }

  /** Every message from now on, until the feed ends. */
  function messages(): AsyncIterableIterator<Message> {
    const unread: Message[] = [];
    let wake = () => {};
    let isOver = false;
    const stops = [
      on(any, (message: Message) => {
        if (unread.push(message) > unreadLimit) {
          unread.shift();
          tell(reports, { kind: 'unread' });
        }
        wake();
      }),
      on(ends, () => {
        isOver = true;
        wake();
      }),
    ];
    return (async function* () {
      try {
        while (unread.length || !isOver)
          if (unread.length) yield unread.shift()!;
          else
            await new Promise<void>((resolve) => {
              wake = resolve;
            });
      } finally {
        for (const stop of stops) stop();
      }
    })();
  }

  return { on, off, tell, messages, clear: () => handlers.clear() };
}
