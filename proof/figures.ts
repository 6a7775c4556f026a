// What the proof has found, in one file: a row for each fault, mutant and null implementation, and the shares made of them.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { upperBound } from './interval.ts';
import { root } from './stand.ts';

export const proofPath = join(root, 'conformance', 'proof.json');

export interface RuleRow {
  readonly rule: string;
  /** Whether it failed for the intended reason. */
  readonly caught: boolean;
  /** The instance that shows it; null: none. */
  readonly instance: string | null;
}

export interface FaultRow {
  /** pair: a client and a server over a line with faults; the id says first which of them is broken. */
  readonly role: 'server' | 'client' | 'pair';
  readonly id: string;
  readonly sentence: string;
  /** Whether clients see a difference, by a comparison that knows no rule; null: was not looked at. */
  readonly live: boolean | null;
  readonly rules: readonly RuleRow[];
  /** Every other rule that failed on the channel where it was caught, of a pair up to there; null: was not looked at. */
  readonly others: readonly string[] | null;
}

export interface NullRow {
  readonly role: 'server' | 'client';
  readonly name: string;
  /** Rules that it passed and does not deserve. */
  readonly vacuous: readonly string[];
}

export type MutantStatus = 'killed' | 'warned' | 'survived' | 'equivalent' | 'broken';

export interface MutantRow {
  readonly key: string;
  readonly file: string;
  readonly line: number;
  readonly operator: string;
  readonly change: string;
  readonly status: MutantStatus;
  /** The instance that failed first, or what else ended it. */
  readonly by: string | null;
}

export interface AlarmRow {
  readonly role: 'server' | 'client';
  readonly runs: number;
  /** Cases that were decided in all of them. */
  readonly cases: number;
  /** Runs of a correct implementation in which something failed or warned. */
  readonly alarms: number;
  readonly inconclusive: number;
  /** What it was. */
  readonly instances: readonly string[];
}

export interface Proof {
  /** Distinct pairs of an operator and the rule that must catch it. */
  readonly faults: number;
  /** Share of the live faults on which some rule failed. */
  readonly detection: number;
  /** Share of the detected faults on which each intended rule failed, for the intended reason. */
  readonly attribution: number;
  /** Share of the faults on which a rule of another family failed too. */
  readonly collateral: number;
  /** Faults that were seen by other rules alone. */
  readonly masked: number;
  /** Rules that a null implementation passes and does not deserve. */
  readonly vacuous: number;
  readonly falseAlarms: number;
  /** Runs of correct implementations, both cores loaded. */
  readonly runs: number;
  /** Upper bound of the share of runs with a false alarm, 95 %. */
  readonly falseAlarmBound: number;
  /** Mutants that could start and are not equivalent. */
  readonly mutants: number;
  /** Share of them on which a rule failed or warned, or that did not live through the suite. */
  readonly mutantsKilled: number;
  /** Share of them on which a MUST failed. */
  readonly mutantsKilledByMust: number;
  readonly operators: Readonly<Record<string, { readonly faults: number; readonly caught: number }>>;
  readonly rows: readonly FaultRow[];
  readonly nulls: readonly NullRow[];
  readonly alarms: readonly AlarmRow[];
  readonly mutantRows: readonly MutantRow[];
}

export type Parts = Pick<Proof, 'rows' | 'nulls' | 'alarms' | 'mutantRows'>;

const nothing: Parts = { rows: [], nulls: [], alarms: [], mutantRows: [] };

/** What was found so far; nothing where there is no file yet. */
export const readParts = (path = proofPath): Parts => {
  if (!existsSync(path)) return nothing;
  const { rows, nulls, alarms, mutantRows } = {
    ...nothing,
    ...(JSON.parse(readFileSync(path, 'utf8')) as Partial<Parts>),
  };
  return { rows, nulls, alarms, mutantRows };
};

const share = (part: number, whole: number): number => (whole === 0 ? 0 : Math.round((part / whole) * 10_000) / 10_000);

const familyOf = (rule: string): string => rule.split('/')[0] ?? '';

const isAttributed = ({ rules }: FaultRow): boolean => rules.every(({ caught }) => caught);

const isDetected = ({ rules, others }: FaultRow): boolean =>
  rules.some(({ caught }) => caught) || (others?.length ?? 0) > 0;

const spills = ({ rules, others }: FaultRow): boolean => {
  const own = new Set(rules.map(({ rule }) => familyOf(rule)));
  return others?.some((rule) => !own.has(familyOf(rule))) ?? false;
};

const pairKeys = (rows: readonly FaultRow[]): readonly string[] =>
  rows.flatMap(({ role, id, rules }) => rules.map(({ rule }) => `${role} ${familyOf(id)} ${rule}`));

const operatorsOf = (rows: readonly FaultRow[]): Proof['operators'] => {
  const names = [...new Set(rows.map(({ role, id }) => `${role} ${familyOf(id)}`))];
  return Object.fromEntries(
    names.map((name) => {
      const own = rows.filter(({ role, id }) => `${role} ${familyOf(id)}` === name);
      return [name, { faults: own.length, caught: own.filter(isAttributed).length }];
    }),
  );
};

export const figuresOf = (parts: Parts): Proof => {
  const { rows, nulls, alarms, mutantRows } = parts;
  const live = rows.filter((row) => row.live !== false);
  const detected = live.filter(isDetected);
  const judged = mutantRows.filter(({ status }) => status !== 'broken' && status !== 'equivalent');
  const runs = alarms.reduce((sum, one) => sum + one.runs, 0);
  const falseAlarms = alarms.reduce((sum, one) => sum + one.alarms, 0);
  return {
    faults: new Set(pairKeys(live)).size,
    detection: share(detected.length, live.length),
    attribution: share(detected.filter(isAttributed).length, detected.length),
    collateral: share(detected.filter(spills).length, detected.length),
    masked: detected.filter(({ rules }) => !rules.some(({ caught }) => caught)).length,
    vacuous: nulls.reduce((sum, one) => sum + one.vacuous.length, 0),
    falseAlarms,
    runs,
    falseAlarmBound: Math.round(upperBound(falseAlarms, runs) * 10_000) / 10_000,
    mutants: judged.length,
    mutantsKilled: share(judged.filter(({ status }) => status !== 'survived').length, judged.length),
    mutantsKilledByMust: share(judged.filter(({ status }) => status === 'killed').length, judged.length),
    operators: operatorsOf(rows),
    ...parts,
  };
};

const byId = <T extends { readonly role: string; readonly id: string }>(rows: readonly T[]): readonly T[] =>
  [...rows].sort((left, right) => (`${left.role} ${left.id}` < `${right.role} ${right.id}` ? -1 : 1));

/** Writes what was found, in an order that does not depend on what was done first. */
export const writeParts = (parts: Parts, path = proofPath): Proof => {
  const sorted: Parts = {
    rows: byId(parts.rows),
    nulls: [...parts.nulls].sort((left, right) => (left.role + left.name < right.role + right.name ? -1 : 1)),
    alarms: [...parts.alarms].sort((left, right) => (left.role < right.role ? -1 : 1)),
    mutantRows: [...parts.mutantRows].sort((left, right) => (left.key < right.key ? -1 : 1)),
  };
  const proof = figuresOf(sorted);
  writeFileSync(path, `${JSON.stringify(proof, null, 2)}\n`);
  return proof;
};
