// Reads the known list: the deviations that a team has decided to live with for now, each with a reason and a last day.
import { isMap, isScalar, isSeq, LineCounter, parseDocument, type YAMLMap } from 'yaml';

/** What may be accepted. An inconclusive measurement or a broken suite says nothing about the target and cannot be listed. */
export type KnownVerdict = 'fail' | 'warn' | 'not-testable';

export interface KnownEntry {
  /** A rule (`delivery/receivers`: all of its cases) or one case (`delivery/receivers@arena.CHAT`). */
  readonly rule: string;
  /** Why it is accepted, for people. */
  readonly reason: string;
  /** Last day on which the entry holds, `YYYY-MM-DD`. */
  readonly until: string;
  /** @default any of them */
  readonly verdict?: KnownVerdict;
  /** The way it fails: the slug of the report's `reason` (`leaked`), or words of its `observed`. @default any */
  readonly observed?: string;
  /** Counted from 1. */
  readonly line: number;
}

export interface KnownList {
  /** Name for messages; null where the run has no list. */
  readonly file: string | null;
  readonly entries: readonly KnownEntry[];
}

export const emptyKnownList: KnownList = { file: null, entries: [] };

/** The list cannot be read. The message names every place, one a line. */
export class KnownListError extends Error {
  override readonly name = 'KnownListError';
  readonly problems: readonly { readonly line: number; readonly message: string }[];

  constructor(file: string, problems: readonly { readonly line: number; readonly message: string }[]) {
    super(problems.map((problem) => `${file}:${problem.line}: ${problem.message}`).join('\n'));
    this.problems = problems;
  }
}

const keys = ['rule', 'reason', 'until', 'verdict', 'observed'];
const knownVerdicts: readonly string[] = ['fail', 'warn', 'not-testable'];
const shape = 'Write `- rule: RULE`, `reason: why`, `until: YYYY-MM-DD`; `verdict` and `observed` are optional.';

/** @param file its name in messages. Throws {@link KnownListError} with all that is wrong. An empty file is an empty list. */
export function parseKnown(text: string, file: string): KnownList {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const problems: { line: number; message: string }[] = document.errors.map((error) => ({
    line: error.linePos?.[0].line ?? 1,
    message: error.message.split('\n')[0]!.replace(/ at line \d+, column \d+:?$/, ''),
  }));
  if (problems.length > 0) throw new KnownListError(file, problems);
  const root = document.contents;
  if (root === null || (isScalar(root) && root.value === null)) return { file, entries: [] };
  if (!isSeq(root)) throw new KnownListError(file, [{ line: 1, message: `The known list must be a list. ${shape}` }]);

  const entries: KnownEntry[] = [];
  for (const item of root.items) {
    const line = lineOf(lines, item);
    if (!isMap(item)) {
      problems.push({ line, message: `An entry must be a mapping. ${shape}` });
      continue;
    }
    const found = readEntry(item, line);
    problems.push(...found.problems.map((message) => ({ line, message })));
    const twin = entries.find((entry) => entry.rule === found.entry.rule);
    if (twin !== undefined)
      problems.push({
        line,
        message: `\`${twin.rule}\` is listed already, in line ${twin.line}. Remove one of the two.`,
      });
    entries.push(found.entry);
  }
  if (problems.length > 0) throw new KnownListError(file, problems);
  return { file, entries };
}

function readEntry(map: YAMLMap, line: number): { entry: KnownEntry; problems: string[] } {
  const problems: string[] = [];
  const value = map.toJSON() as Record<string, unknown>;
  for (const key of Object.keys(value)) {
    if (!keys.includes(key)) problems.push(`Unknown key \`${key}\`. ${shape}`);
  }
  const text = (key: string, required: boolean): string => {
    const found = value[key];
    if (typeof found === 'string' && found.trim() !== '') return found.trim();
    if (required || found !== undefined) problems.push(`\`${key}\` must be a text that is not empty. ${shape}`);
    return '';
  };
  const rule = text('rule', true);
  const reason = text('reason', true);
  const until = text('until', true);
  const verdict = text('verdict', false);
  const observed = text('observed', false);
  if (until !== '' && !isDate(until))
    problems.push(`\`until: ${until}\` is no date. Write the last day as YYYY-MM-DD.`);
  if (verdict !== '' && !isKnownVerdict(verdict)) {
    problems.push(`\`verdict: ${verdict}\` cannot be accepted. Write one of ${knownVerdicts.join(', ')}.`);
  }
  return {
    entry: {
      rule,
      reason,
      until,
      ...(isKnownVerdict(verdict) ? { verdict } : {}),
      ...(observed === '' ? {} : { observed }),
      line,
    },
    problems,
  };
}

function isKnownVerdict(word: string): word is KnownVerdict {
  return knownVerdicts.includes(word);
}

function isDate(text: string): boolean {
  const time = Date.parse(`${text}T00:00:00Z`);
  return /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

function lineOf(lines: LineCounter, node: unknown): number {
  const range = isMap(node) || isSeq(node) || isScalar(node) ? node.range : null;
  return range ? lines.linePos(range[0]).line : 1;
}
