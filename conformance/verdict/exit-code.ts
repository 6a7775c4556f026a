// The run's verdict and the exit code of the command, by order of precedence: 4, 5, 1, 2, 3, 0.
import { type CaseResult, countVerdicts, type RunResult } from '../result.ts';
import type { KnownOutcome } from './known-check.ts';
import { countRan, countRules, plural } from './summary.ts';

/**
 * 0 conformant; 1 a MUST failed (strict: a SHOULD too); 2 the known list is stale; 3 undecided; 4 the harness or the
 * configuration is at fault; 5 nothing ran.
 */
export type ExitCode = 0 | 1 | 2 | 3 | 4 | 5;

export interface Judgement {
  readonly exitCode: ExitCode;
  /** `conformant`, `3 rules broken`. */
  readonly headline: string;
  /** Everything that keeps the run from being green, not only what decided the exit code, as sentences. */
  readonly because: readonly string[];
}

/** Share of the cases carried out above which a run with inconclusive measurements is worth nothing. */
const inconclusiveLimit = 0.01;

/** @param options.strict a SHOULD that is broken counts like a MUST. @default false */
export function judge(
  result: Pick<RunResult, 'cases' | 'harnessError'>,
  known: KnownOutcome,
  options: { readonly strict?: boolean } = {},
): Judgement {
  const open = result.cases.filter((one) => !known.accepted.has(one));
  const summary = countVerdicts(open);
  const ran = countRan(countVerdicts(result.cases));
  const unknown = known.problems.filter((problem) => problem.kind === 'unknown');
  const stale = known.problems.filter((problem) => problem.kind !== 'unknown');
  const found: { readonly exitCode: ExitCode; readonly headline: string; readonly sentence: string }[] = [];
  const add = (exitCode: ExitCode, headline: string, sentence: string): void => {
    found.push({ exitCode, headline, sentence });
  };

  if (result.harnessError !== undefined) add(4, 'the run could not be carried out', result.harnessError);
  if (unknown.length > 0) {
    add(
      4,
      'the known list is wrong',
      `${plural(unknown.length, 'entry', 'entries')} of the known list name what the contract does not have.`,
    );
  }
  if (summary.error > 0) add(4, 'the suite broke', `The suite itself broke in ${plural(summary.error, 'case')}.`);
  if (ran === 0 && result.harnessError === undefined) add(5, 'nothing ran', nothingRan(result.cases));
  if (summary.fail > 0) {
    add(
      1,
      broken(open, options.strict === true),
      `${plural(countRules(open, ['fail']), 'MUST rule')} broken in ${plural(summary.fail, 'case')}.`,
    );
  }
  if (summary.warn > 0 && options.strict === true) {
    add(
      1,
      broken(open, true),
      `${plural(countRules(open, ['warn']), 'SHOULD rule')} broken in ${plural(summary.warn, 'case')}; --strict counts them.`,
    );
  }
  if (stale.length > 0) {
    add(2, 'the known list is stale', `${plural(stale.length, 'entry', 'entries')} of the known list no longer hold.`);
  }
  if (summary['not-testable'] > 0) {
    add(
      3,
      'undecided',
      `${plural(summary['not-testable'], 'case')} could not be tested and ${summary['not-testable'] === 1 ? 'is' : 'are'} not in the known list.`,
    );
  }
  if (summary.inconclusive > 0) add(3, 'undecided', inconclusive(summary.inconclusive, ran));

  const first = found[0];
  if (first === undefined) return { exitCode: 0, headline: 'conformant', because: [] };
  return { exitCode: first.exitCode, headline: first.headline, because: found.map((one) => one.sentence) };
}

function broken(open: readonly CaseResult[], strict: boolean): string {
  return `${plural(countRules(open, strict ? ['fail', 'warn'] : ['fail']), 'rule')} broken`;
}

function nothingRan(cases: readonly CaseResult[]): string {
  if (cases.length === 0) return 'There was no case to run. Check --channel and --rule.';
  return 'No case could be carried out: all are not testable or not applicable. Add what they need to the target file, or to the adapter.';
}

function inconclusive(count: number, ran: number): string {
  const share = count / ran;
  const cases = plural(count, 'case');
  if (share <= inconclusiveLimit) return `${cases} stayed inconclusive, also when run again alone.`;
  const percent = Math.ceil(share * 1000) / 10;
  return `${cases} stayed inconclusive, ${percent} % of those carried out: more than 1 % fails the run. Run it on a quieter machine, or with a larger --time-scale.`;
}
