// The report: the one document, `report.json`, that every other form of it is made from. What differs between two runs with
// the same outcome (times, ports, frames) stands under `volatile`; all the rest is the same byte for byte.
import {
  type CaseResult,
  countVerdicts,
  type Measurements,
  type Role,
  type RunResult,
  type TraceFrame,
  type Verdict,
} from '../result.ts';
import { type ExitCode, judge } from '../verdict/exit-code.ts';
import type { KnownOutcome, KnownProblemKind } from '../verdict/known-check.ts';
import type { Summary } from '../verdict/summary.ts';
import { coverageOf, type Proof, type RuleCoverage } from './coverage.ts';
import { createRedactor, type Redactor, redactDeep } from './redact.ts';
import { stableText } from './stable-text.ts';

export interface ReportCase {
  readonly rule: string;
  readonly instance: string;
  readonly channel: string;
  readonly family: string;
  readonly role: Role;
  readonly level: CaseResult['level'];
  readonly verdict: Verdict;
  readonly sentence: string;
  readonly expected: string;
  readonly observed: string;
  readonly pointer: string;
  readonly line: number;
  readonly reason?: string;
  readonly needs?: readonly string[];
  /** Set where the known list accepts this case. */
  readonly known?: { readonly reason: string; readonly until: string };
}

export interface Report {
  readonly schemaVersion: 1;
  readonly role: Role;
  readonly contract: RunResult['contract'];
  readonly target: { readonly name: string };
  readonly timeScale: number;
  readonly strict: boolean;
  readonly exitCode: ExitCode;
  /** `conformant`, `3 rules broken`. */
  readonly headline: string;
  /** What keeps the run from being green, as sentences. */
  readonly because: readonly string[];
  readonly summary: Summary;
  readonly known: {
    readonly file: string | null;
    readonly accepted: number;
    readonly problems: readonly {
      readonly kind: KnownProblemKind;
      readonly rule: string;
      readonly line: number;
      readonly message: string;
    }[];
  };
  readonly notes: readonly string[];
  /** In the order of the cases. */
  readonly rules: readonly RuleCoverage[];
  readonly cases: readonly ReportCase[];
  readonly volatile: ReportVolatile;
}

export interface ReportVolatile {
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly durationMs: number;
  readonly url: string;
  /** Repeats the run; with `--rule INSTANCE` one case of it. */
  readonly command: string | null;
  readonly measurements: Measurements;
  /** In the order of {@link Report.cases}. */
  readonly cases: readonly {
    readonly instance: string;
    readonly durationMs: number;
    readonly frames: readonly TraceFrame[];
    /** The words of the case with times, ports and made up names, where it has some. */
    readonly exact?: ExactWords;
  }[];
}

export interface ExactWords {
  readonly expected: string;
  readonly observed: string;
  readonly reason?: string;
}

export interface ReportOptions {
  /** @default nothing is known */
  readonly known?: KnownOutcome;
  /** @default false */
  readonly strict?: boolean;
  /** Every token and secret used in the run: none of them is in the report. JWTs never are. @default none */
  readonly tokens?: Iterable<string>;
  /** @default nothing is proven */
  readonly proof?: Proof;
}

const nothingKnown: KnownOutcome = { file: null, accepted: new Map(), problems: [] };

export function buildReport(result: RunResult, options: ReportOptions = {}): Report {
  const redact = createRedactor(options.tokens ?? []);
  const known = options.known ?? nothingKnown;
  const judgement = judge(result, known, { strict: options.strict ?? false });
  return {
    schemaVersion: 1,
    role: result.role,
    contract: {
      title: result.contract.title,
      version: result.contract.version,
      document: result.contract.document,
      hash: result.contract.hash,
    },
    target: { name: redact(withoutPort(result.target.name)) },
    timeScale: result.timeScale,
    strict: options.strict ?? false,
    exitCode: judgement.exitCode,
    headline: judgement.headline,
    because: judgement.because.map(redact),
    summary: countVerdicts(result.cases),
    known: redactDeep(
      {
        file: known.file,
        accepted: known.accepted.size,
        problems: known.problems.map(({ kind, rule, line, message }) => ({
          kind,
          rule,
          line,
          message: stableText(message),
        })),
      },
      redact,
    ),
    notes: result.notes.map(redact),
    rules: coverageOf(result.cases, options.proof),
    cases: result.cases.map((one) => reportCase(one, known, redact)),
    volatile: {
      startedAt: result.startedAt,
      durationMs: result.durationMs,
      url: redact(result.target.url),
      command: result.command === undefined ? null : redact(result.command),
      measurements: result.measurements,
      cases: result.cases.map((one) => ({
        instance: one.instance,
        durationMs: one.durationMs,
        frames: redactDeep(one.frames, redact),
        ...exactWords(one, redact),
      })),
    },
  };
}

/** The bytes of `report.json`. */
export function formatReport(report: Report): string {
  return `${JSON.stringify(report, null, 2)}\n`;
}

function reportCase(one: CaseResult, known: KnownOutcome, redact: Redactor): ReportCase {
  const entry = known.accepted.get(one);
  return {
    rule: one.rule,
    instance: one.instance,
    channel: one.channel,
    family: one.family,
    role: one.role,
    level: one.level,
    verdict: one.verdict,
    sentence: one.sentence,
    expected: stableText(redact(one.expected)),
    observed: stableText(redact(one.observed)),
    pointer: one.pointer,
    line: one.line,
    ...(one.reason === undefined ? {} : { reason: stableText(redact(one.reason)) }),
    ...(one.needs === undefined ? {} : { needs: one.needs.map(redact) }),
    ...(entry === undefined ? {} : { known: { reason: redact(entry.reason), until: entry.until } }),
  };
}

function exactWords(one: CaseResult, redact: Redactor): { exact?: ExactWords } {
  const words = [one.expected, one.observed, one.reason ?? ''].map(redact);
  if (words.every((text) => text === stableText(text))) return {};
  const [expected = '', observed = '', reason = ''] = words;
  return { exact: { expected, observed, ...(one.reason === undefined ? {} : { reason }) } };
}

/** A target given as an address has it for a name, and servers under test listen on whatever port is free. */
export function withoutPort(name: string): string {
  return name.replace(/^(\w+:\/\/[^/:]+):\d+/, '$1');
}
