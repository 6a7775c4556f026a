// Remembers which client message is being handled, across everything that its handling awaits.
import { AsyncLocalStorage } from 'node:async_hooks';
import type { ChannelTable, ConnectionFacts, Seam } from '../runtime/server/index.ts';
import { changeEvents } from './decorate-transport.ts';
import { parsed } from './message-text.ts';

export interface Cause {
  readonly table: ChannelTable;
  readonly facts: ConnectionFacts;
  readonly value: unknown;
  readonly type: string;
}

export type CauseNow = () => Cause | undefined;

/** The seam, and what tells the cause of whatever is happening: undefined where no client message is. */
export const withCause = (seam: Seam): { readonly seam: Seam; readonly cause: CauseNow } => {
  const storage = new AsyncLocalStorage<Cause>();
  const decorated = changeEvents(seam, ({ events, table, transport }) => ({
    message: (text) => {
      const { value, type } = parsed(table, text);
      storage.run({ table, facts: transport.facts, value, type }, () => events.message(text));
    },
  }));
  return { seam: decorated, cause: () => storage.getStore() };
};
