// Several reports as one of the same shape: verdicts summed, every case with the run it is of, and each run's own words as a part.
// Nothing is lost: the single reports can be had back.
import { type Verdict, verdicts } from '../result.ts';
import type { ExitCode } from '../verdict/exit-code.ts';
import type { RuleCoverage } from './coverage.ts';
import type { NamedReport } from './merge.ts';
import type { Report, ReportCase, ReportVolatile } from './report-json.ts';

/** All of one run but its cases: these stand in the merged report, the runs one after the other. */
export type ReportPart = Omit<Report, 'schemaVersion' | 'cases' | 'volatile'> & {
  /** Folder, below that of the merged report, with the reports of this run. */
  readonly folder: string;
  /** How many of the merged report's cases are of this run. */
  readonly cases: number;
  readonly volatile: Omit<ReportVolatile, 'cases'>;
};

export type MergedCase = ReportCase & {
  /** Folder of its part. */
  readonly part: string;
  /** Name of what was judged. */
  readonly target: string;
};

export type MergedReport = Omit<Report, 'role' | 'cases'> & {
  readonly role: 'several';
  readonly parts: readonly ReportPart[];
  readonly cases: readonly MergedCase[];
};

export interface MergeOptions {
  /** Names of runs that left no report, with the exit code of each. @default none */
  readonly missing?: readonly { readonly folder: string; readonly exitCode: number }[];
}

const precedence: readonly ExitCode[] = [4, 5, 1, 2, 3, 0];

/** By order of precedence, as for one run; 5 of none. */
export function worstExitCode(codes: readonly number[]): ExitCode {
  return precedence.find((code) => codes.includes(code)) ?? 5;
}

/** Throws where there is nothing to merge. */
export function mergeReports(named: readonly NamedReport[], { missing = [] }: MergeOptions = {}): MergedReport {
  const [first] = named;
  if (first === undefined) throw new Error('There is no report to merge.');
  const reports = named.map(({ report }) => report);
  const exitCode = worstExitCode([...reports, ...missing].map((one) => one.exitCode));
  const sum = (verdict: Verdict) => reports.reduce((total, { summary }) => total + summary[verdict], 0);
  const said = (words: (report: Report) => readonly string[]) =>
    named.flatMap(({ folder, report }) => words(report).map((one) => `${folder}: ${one}`));
  const { durationMs, ...lasting } = first.report.volatile;
  return {
    schemaVersion: 1,
    role: 'several',
    contract: first.report.contract,
    target: { name: reports.map(({ role, target }) => `${role} ${target.name}`).join(', ') },
    timeScale: first.report.timeScale,
    strict: reports.some(({ strict }) => strict),
    exitCode,
    headline:
      exitCode === 0
        ? 'conformant'
        : (said(({ headline, exitCode: own }) => (own === 0 ? [] : [headline]))[0] ?? 'a run is missing'),
    because: [
      ...said(({ because }) => because),
      ...missing.map(({ folder, exitCode: own }) => `${folder}: it left no report and ended with ${own}.`),
    ],
    summary: Object.fromEntries(verdicts.map((verdict) => [verdict, sum(verdict)])) as Record<Verdict, number>,
    known: {
      file: reports.find(({ known }) => known.file !== null)?.known.file ?? null,
      accepted: reports.reduce((total, { known }) => total + known.accepted, 0),
      problems: reports.flatMap(({ known }) => known.problems),
    },
    notes: said(({ notes }) => notes),
    rules: mergedCoverage(reports),
    parts: named.map(partOf),
    cases: named.flatMap(({ folder, report }) =>
      report.cases.map((one) => ({ ...one, part: folder, target: report.target.name })),
    ),
    volatile: {
      ...lasting,
      durationMs: reports.reduce((total, { volatile }) => total + volatile.durationMs, 0),
      command: null,
      cases: reports.flatMap(({ volatile }) => volatile.cases),
    },
  };
}

function partOf({ folder, report }: NamedReport): ReportPart {
  const { schemaVersion: _version, cases, volatile, ...rest } = report;
  const { cases: _cases, ...lasting } = volatile;
  return { ...rest, folder, cases: cases.length, volatile: lasting };
}

/** A rule that several runs judged, once: its places added up, and discriminating where it is in all of them. */
function mergedCoverage(reports: readonly Report[]): readonly RuleCoverage[] {
  const rules = new Map<string, RuleCoverage>();
  for (const one of reports.flatMap((report) => report.rules)) {
    const before = rules.get(one.rule);
    rules.set(one.rule, before === undefined ? one : added(before, one));
  }
  return [...rules.values()];
}

function added(left: RuleCoverage, right: RuleCoverage): RuleCoverage {
  const isFalse = left.discriminating === false || right.discriminating === false;
  const isTrue = left.discriminating === true && right.discriminating === true;
  return {
    rule: left.rule,
    declared: left.declared + right.declared,
    exercised: left.exercised + right.exercised,
    decided: left.decided + right.decided,
    discriminating: isFalse ? false : isTrue ? true : null,
  };
}

export function isMerged(report: Report | MergedReport): report is MergedReport {
  return report.role === 'several';
}

/** The reports that a merged one was made of; of one that is of a single run, itself. */
export function singleReports(report: Report | MergedReport): readonly Report[] {
  if (!isMerged(report)) return [report];
  let from = 0;
  return report.parts.map(({ folder: _folder, cases: count, volatile, ...rest }) => {
    const [start, end] = [from, from + count];
    from = end;
    return {
      schemaVersion: 1,
      ...rest,
      cases: report.cases.slice(start, end).map(({ part: _part, target: _target, ...one }) => one),
      volatile: { ...volatile, cases: report.volatile.cases.slice(start, end) },
    };
  });
}
