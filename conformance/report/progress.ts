// What is shown while a run goes on: one live line on a terminal, elsewhere a plain line for each tenth; failures at once.
import type { CaseResult } from '../result.ts';
import { createPaint, isColourWanted, type OutputStream } from './paint.ts';
import { createRedactor, type Redactor } from './redact.ts';
import { cutMiddle, padLeft, printable } from './terminal-text.ts';

export interface Progress {
  /** One case was decided. */
  caseDone(one: CaseResult): void;
  /** Takes the live line away; nothing is shown after it. */
  end(): void;
}

export interface ProgressOptions {
  readonly stream: OutputStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Cases to come; null where it is not known. */
  readonly total: number | null;
  /** @default JWTs only */
  readonly redact?: Redactor;
}

const barWidth = 20;
const clearLine = '\r\u001b[2K';

export function createProgress(options: ProgressOptions): Progress {
  const { stream, total } = options;
  const live = stream.isTTY === true && options.env.TERM !== 'dumb';
  const paint = createPaint(isColourWanted(stream, options.env));
  const redact = options.redact ?? createRedactor([]);
  let done = 0;
  let failed = 0;
  let warned = 0;
  let ended = false;

  const width = (): number => Math.max(40, stream.columns ?? 100) - 1;
  const counts = (): string => {
    const parts = [
      failed > 0 ? `${failed} failed` : '',
      warned > 0 ? `${warned} ${warned === 1 ? 'warning' : 'warnings'}` : '',
    ];
    return parts.filter((part) => part !== '').join(', ');
  };
  const drawLive = (current: CaseResult): void => {
    const filled = total === null ? 0 : Math.min(barWidth, Math.round((done / Math.max(1, total)) * barWidth));
    const bar = total === null ? '' : `${'━'.repeat(filled)}${'─'.repeat(barWidth - filled)} `;
    const number = total === null ? String(done) : `${padLeft(String(done), String(total).length)}/${total}`;
    const tail = [counts(), current.instance].filter((part) => part !== '').join('  ');
    stream.write(clearLine + cutMiddle(`${bar}${number}  ${printable(tail)}`, width()));
  };
  const drawPlain = (): void => {
    const step = total === null ? 100 : Math.max(1, Math.ceil(total / 10));
    if (done % step !== 0 && done !== total) return;
    const tail = counts() === '' ? '' : `, ${counts()}`;
    stream.write(`${total === null ? done : `${done} of ${total}`} cases${tail}\n`);
  };

  return {
    caseDone(one) {
      if (ended) return;
      done += 1;
      if (one.verdict === 'fail' || one.verdict === 'error') failed += 1;
      if (one.verdict === 'warn') warned += 1;
      if (one.verdict === 'fail' || one.verdict === 'error') {
        const words = redact(one.verdict === 'fail' ? one.observed : (one.reason ?? ''));
        const line = `✗ ${printable(one.instance)}: ${printable(words)}`;
        stream.write(`${live ? clearLine : ''}${paint.red(live ? cutMiddle(line, width()) : line)}\n`);
      }
      if (live) drawLive(one);
      else drawPlain();
    },
    end() {
      if (live && !ended && done > 0) stream.write(clearLine);
      ended = true;
    },
  };
}
