// The frames of a case as rows: who, when, which way, and what, with the suite's fences folded into one row each.
import type { TraceFrame } from '../result.ts';

export interface TraceRow {
  /** `12.4` */
  readonly ms: string;
  readonly connection: string;
  /** `→` from the suite to the target, `←` back, `·` what is no frame. */
  readonly arrow: '→' | '←' | '·';
  /** `{"type":"CHAT"}`, `close 4001 token refused`. */
  readonly text: string;
  /** More than one for folded fence frames and for left out rows. */
  readonly frames: number;
  readonly kind: TraceFrame['kind'] | 'fence' | 'left-out';
}

/** @param most rows; the middle gives way. @default no limit */
export function traceRows(frames: readonly TraceFrame[], most = Number.POSITIVE_INFINITY): readonly TraceRow[] {
  const rows: TraceRow[] = [];
  for (let index = 0; index < frames.length; index += 1) {
    const frame = frames[index]!;
    if (frame.fence !== true) {
      rows.push(frameRow(frame));
      continue;
    }
    let count = 1;
    while (frames[index + 1]?.fence === true) {
      index += 1;
      count += 1;
    }
    const text = `fence (${count} ${count === 1 ? 'frame' : 'frames'})`;
    rows.push({ ms: formatMs(frame.atMs), connection: '', arrow: '·', text, frames: count, kind: 'fence' });
  }
  return leaveOut(rows, most);
}

/** What a frame says, in words that need no legend. */
export function frameText(frame: TraceFrame): string {
  const data = frame.data === '' ? '' : ` ${frame.data}`;
  switch (frame.kind) {
    case 'text':
      return frame.data === '' ? '(empty text)' : frame.data;
    case 'open':
      return `open${data}`;
    case 'refused':
      return `refused ${frame.code ?? ''}${data}`;
    case 'close':
      return frame.code === 1005 ? 'close without a code' : `close ${frame.code ?? ''}${data}`;
    case 'end':
      return 'connection ended without a close frame';
    default:
      return `${frame.kind} of ${frame.bytes} bytes${data}`;
  }
}

export function formatMs(ms: number): string {
  return ms.toFixed(1);
}

function frameRow(frame: TraceFrame): TraceRow {
  const isFrame = frame.kind !== 'open' && frame.kind !== 'end' && frame.kind !== 'refused';
  const arrow = !isFrame ? '·' : frame.direction === 'sent' ? '→' : '←';
  return {
    ms: formatMs(frame.atMs),
    connection: frame.connection,
    arrow,
    text: frameText(frame),
    frames: 1,
    kind: frame.kind,
  };
}

// What broke a rule is mostly at the end, and how the connections came about at the beginning.
function leaveOut(rows: readonly TraceRow[], most: number): readonly TraceRow[] {
  if (rows.length <= most) return rows;
  const head = Math.floor((most - 1) / 3);
  const tail = most - 1 - head;
  const left = rows.slice(head, rows.length - tail);
  const frames = left.reduce((sum, row) => sum + row.frames, 0);
  const between: TraceRow = {
    ms: '',
    connection: '',
    arrow: '·',
    text: `${frames} ${frames === 1 ? 'frame' : 'frames'} left out here; report.json has all`,
    frames,
    kind: 'left-out',
  };
  return [...rows.slice(0, head), between, ...rows.slice(rows.length - tail)];
}
