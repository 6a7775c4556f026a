// Who hears what arrives: handlers by type, handlers of everything, reports and iterators. One that throws stops no other.
import type { Message } from './message.ts';
import type { Report } from './state.ts';

/** Messages that an iterator keeps for a reader that is slow. */
const unreadLimit = 1000;

type Call<T> = (value: T) => void;

export type Feed = ReturnType<typeof createFeed>;

export function createFeed() {
  /** By message type; and, under numbers that no type is, the rest. */
  const handlers = new Map<string | number, Set<Call<never>>>();
  const [any, reports, changes, ends] = [0, 1, 2, 3] as const;

  /** Adds a handler, and returns what takes it away again. */
  function on<T>(name: string | number, handler: Call<T>): () => void {
    handlers.set(name, (handlers.get(name) ?? new Set()).add(handler));
    return () => off(name, handler);
  }

  const off = <T>(name: string | number, handler: Call<T>): unknown => handlers.get(name)?.delete(handler);

  /** Calls those that were there when it began and are not yet taken away. */
  function tell(name: string | number, value?: unknown): void {
    for (const handler of [...(handlers.get(name) ?? [])])
      if (handlers.get(name)?.has(handler))
        try {
          handler(value as never);
        } catch (error) {
          // An error that no report handler takes is not swallowed.
          if (name !== reports && handlers.get(reports)?.size) tell(reports, { kind: 'handler', error });
          else console.error(error);
        }
  }

  return {
    report: (report: Report): void => tell(reports, report),
    emit(type: string, message: Message): void {
      tell(type, message);
      tell(any, message);
    },
    change: (): void => tell(changes),
    end: (): void => tell(ends),
    clear: (): void => handlers.clear(),
    /** What the client offers of this to applications. */
    hearing: {
      on,
      off,
      onAny: (handler: Call<Message>) => on(any, handler),
      onReport: (handler: Call<Report>) => on(reports, handler),
      subscribe: (listener: Call<void>) => on(changes, listener),
      messages(): AsyncIterableIterator<Message> {
        const unread: Message[] = [];
        let wake: (() => void) | undefined;
        let isOver = false;
        const stops = [
          on(any, (message: Message) => {
            if (unread.push(message) > unreadLimit) {
              unread.shift();
              tell(reports, { kind: 'unread' });
            }
            wake?.();
          }),
          on(ends, () => {
            isOver = true;
            wake?.();
          }),
        ];
        return (async function* () {
          try {
            while (unread.length || !isOver)
              if (unread.length) yield unread.shift()!;
              else await new Promise<void>((resolve) => (wake = resolve));
          } finally {
            for (const stop of stops) stop();
          }
        })();
      },
    },
  };
}
