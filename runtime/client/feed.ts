// Who hears what arrives: handlers by type, handlers of everything, reports and iterators. One that throws stops no other.
import type { Message } from './message.ts';
import type { Report } from './state.ts';

/** Messages that an iterator keeps for a reader that is slow. */
const unreadLimit = 1000;

type Call<T> = (value: T) => void;

interface Reading {
  push(message: Message): void;
  end(): void;
}

/** Adds to a set, and returns what takes it away again. */
function join<T>(set: Set<T>, member: T): () => void {
  set.add(member);
  return () => void set.delete(member);
}

export function createFeed(isDisposed: () => boolean) {
  const byType = new Map<string, Set<Call<Message>>>();
  const any = new Set<Call<Message>>();
  const reports = new Set<Call<Report>>();
  const listeners = new Set<Call<void>>();
  const readings = new Set<Reading>();

  /** Calls those that were there when it began and are not yet taken away. */
  function tell<T>(handlers: Set<Call<T>> | undefined, value: T, failed: (error: unknown) => void): void {
    for (const handler of [...(handlers ?? [])])
      if (handlers!.has(handler) && !isDisposed())
        try {
          handler(value);
        } catch (error) {
          failed(error);
        }
  }

  /** An error that no report handler takes is not swallowed. */
  const failed = (error: unknown): void =>
    reports.size ? tell(reports, { kind: 'handler', error }, console.error) : console.error(error);

  const report = (value: Report): void => tell(reports, value, console.error);

  return {
    report,
    emit(type: string, message: Message): void {
      tell(byType.get(type), message, failed);
      tell(any, message, failed);
      for (const reading of readings) reading.push(message);
    },
    change: (): void => tell(listeners, undefined, failed),
    end(): void {
      for (const reading of readings) reading.end();
    },
    on(type: string, handler: Call<Message>): () => void {
      const handlers = byType.get(type) ?? new Set();
      byType.set(type, handlers);
      return join(handlers, handler);
    },
    off: (type: string, handler: Call<Message>): void => void byType.get(type)?.delete(handler),
    onAny: (handler: Call<Message>) => join(any, handler),
    onReport: (handler: Call<Report>) => join(reports, handler),
    subscribe: (listener: Call<void>) => join(listeners, listener),
    messages(): AsyncIterableIterator<Message> {
      const unread: Message[] = [];
      const readers: Call<IteratorResult<Message>>[] = [];
      let isOver = false;
      const reading: Reading = {
        push(message) {
          const reader = readers.shift();
          if (reader) return reader({ value: message, done: false });
          unread.push(message);
          if (unread.length > unreadLimit) {
            unread.shift();
            report({ kind: 'unread', count: 1 });
          }
        },
        end() {
          isOver = true;
          readings.delete(reading);
          for (const reader of readers) reader({ value: undefined, done: true });
        },
      };
      readings.add(reading);
      return {
        [Symbol.asyncIterator]() {
          return this;
        },
        async next() {
          const value = unread.shift();
          if (value) return { value, done: false };
          if (isOver) return { value: undefined, done: true };
          return new Promise((resolve) => readers.push(resolve));
        },
        async return() {
          reading.end();
          unread.length = 0;
          return { value: undefined, done: true };
        },
      };
    },
  };
}
