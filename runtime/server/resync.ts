// Answers a resync: the missed messages exactly as first broadcast, or a snapshot where they are not all kept.

import type { CoreHandlers } from './core.ts';
import { readAt, writeAt } from './pointer.ts';
import type { Engine, History, HistoryRange } from './seam.ts';
import type { ChannelTable } from './table.ts';

interface Checkpoint {
  readonly sequence: number;
  readonly state: unknown;
}

// A state is saved so often that what is kept of the history always reaches back to the last save.
const CHECKPOINT_EVERY = 4;

/** The state after a stream's last message, by folding what came after the last checkpoint. */
export const foldState = async (
  engine: Engine,
  stream: string,
  keep: number,
  rules: NonNullable<CoreHandlers['state']>,
): Promise<Checkpoint> => {
  const saved = await engine.load(stream);
  const start: Checkpoint = saved === null ? { sequence: 0, state: rules.initial } : JSON.parse(saved);
  const { entries, head } = await engine.history(stream, { after: start.sequence }, keep);
  const state = entries.reduce((folded, entry) => rules.reduce(folded, JSON.parse(entry.text)), start.state);
  const checkpoint = { sequence: head, state };
  if (head - start.sequence >= keep / CHECKPOINT_EVERY) await engine.save(stream, JSON.stringify(checkpoint));
  return checkpoint;
};

/** A snapshot with the number of the last message that its state contains; null where the channel has none. */
export const makeSnapshot = async (
  engine: Engine,
  table: ChannelTable,
  stream: string,
  room: string,
  rules: CoreHandlers['state'],
): Promise<unknown> => {
  const resync = table.resync;
  if (!resync?.snapshot) return null;
  const { type, sequence } = resync.snapshot;
  if (!rules) {
    const { head } = await engine.history(stream, { after: Number.MAX_SAFE_INTEGER }, 1);
    return writeAt(table.server[type]?.template ?? {}, sequence, head);
  }
  const folded = await foldState(engine, stream, resync.history, rules);
  return writeAt(rules.snapshot(folded.state, room), sequence, folded.sequence);
};

// Digits beyond milliseconds count too: what is kept has none, so the next millisecond is the first not before it.
const toMilliseconds = (text: string): number => {
  const finer = /\.\d{3}(\d+)/.exec(text)?.[1] ?? '';
  return Date.parse(text) + (/[1-9]/.test(finer) ? 1 : 0);
};

/** Which messages a request asks for: by number where it has one, else by time; null: neither. */
export const requestedRange = (table: ChannelTable, message: unknown): HistoryRange | null => {
  const { lastSequence, lastTimestamp } = table.resync!.request;
  const sequence = lastSequence === null ? undefined : readAt(message, lastSequence);
  if (typeof sequence === 'number') return { after: sequence };
  const time = lastTimestamp === null ? undefined : readAt(message, lastTimestamp);
  return typeof time === 'string' ? { since: toMilliseconds(time) } : null;
};

/** Whether what is kept answers the request completely. */
export const isComplete = (range: HistoryRange, history: History): boolean => {
  if ('after' in range) return range.after >= history.oldest - 1 && range.after <= history.head;
  return history.oldestTimestamp === null || range.since >= history.oldestTimestamp;
};
