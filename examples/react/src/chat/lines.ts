// The lines of one room: each message once, whether it came live, by the history, or as the copy of what is on its way.
import type { ChatEntry } from '../../../../generated/channels/chat/types.ts';

export interface Line {
  /** The id under which it was sent, where this tab sent it; the server's otherwise. */
  readonly key: string;
  readonly content: string;
  readonly author: string;
  /** Ms since 1970. */
  readonly at: number;
  /** `waiting`: a copy of what is on its way. */
  readonly state: 'waiting' | 'sent' | 'failed';
  /** The server's id, once it has one. */
  readonly id?: string | number;
}

const lineOf = (entry: ChatEntry, own?: Line): Line => ({
  key: own?.key ?? String(entry.id),
  id: entry.id,
  content: entry.content,
  author: entry.sender.username,
  at: Date.parse(entry.timestamp),
  state: 'sent',
});

const isOf = (entry: ChatEntry) => (line: Line) => line.id === entry.id || line.key === entry.client_id;

/** A message that came: in the place of its copy, or at the end. */
export function addEntry(lines: readonly Line[], entry: ChatEntry): readonly Line[] {
  const own = lines.find(isOf(entry));
  if (own?.state === 'sent') return lines;
  const settled = lines.filter(({ state }) => state === 'sent');
  const open = lines.filter((line) => line.state !== 'sent' && line !== own);
  return [...settled, lineOf(entry, own), ...open];
}

/** A page of the history: what was missed is put where it belongs. */
export function addPage(lines: readonly Line[], page: readonly ChatEntry[]): readonly Line[] {
  const first = page[0];
  if (!first) return lines;
  const rest = lines.filter((line) => !isIn(page, line));
  const start = Date.parse(first.timestamp);
  const older = rest.filter(({ state, at }) => state === 'sent' && at <= start);
  const newer = rest.filter((line) => !older.includes(line));
  return [...older, ...page.map((entry) => lineOf(entry, lines.find(isOf(entry)))), ...newer];
}

/** The newest page. Where it does not reach back to what is there, that is let go, to be loaded again from above: a hole in
 * the middle would never be seen. */
export function addNewest(lines: readonly Line[], page: readonly ChatEntry[], hasMore: boolean): readonly Line[] {
  const isHole = hasMore && !lines.some((line) => isIn(page, line));
  return addPage(isHole ? lines.filter(({ state }) => state !== 'sent') : lines, page);
}

const isIn = (page: readonly ChatEntry[], line: Line): boolean => page.some((entry) => isOf(entry)(line));
