// How far each rule got in a run: declared by the contract, exercised, decided; and whether the suite is proven to catch who breaks it.
import type { Role, Verdict } from '../result.ts';

export interface RuleCoverage {
  readonly rule: string;
  /** Its places in the contract, on the channels of this run. 0: not applicable there. */
  readonly declared: number;
  /** Of these the ones that were carried out. */
  readonly exercised: number;
  /** Of these the ones with a verdict about the implementation. */
  readonly decided: number;
  /** Whether some fault is proven to trip exactly this rule; null where no proof speaks of it. */
  readonly discriminating: boolean | null;
}

/** Whether a rule is discriminating, by rule. */
export type Proof = ReadonlyMap<string, boolean>;

const notExercised: readonly Verdict[] = ['not-applicable', 'not-testable'];
const isVerdict: readonly Verdict[] = ['pass', 'fail', 'warn'];

/** In the order in which the cases name the rules first. */
export function coverageOf(
  cases: readonly { readonly rule: string; readonly role: Role; readonly verdict: Verdict }[],
  proof: Proof = new Map(),
): readonly RuleCoverage[] {
  const rules = new Map<string, Verdict[]>();
  for (const { rule, verdict } of cases) rules.set(rule, [...(rules.get(rule) ?? []), verdict]);
  return [...rules].map(([rule, verdicts]) => ({
    rule,
    declared: verdicts.filter((one) => one !== 'not-applicable').length,
    exercised: verdicts.filter((one) => !notExercised.includes(one)).length,
    decided: verdicts.filter((one) => isVerdict.includes(one)).length,
    discriminating: proof.get(rule) ?? null,
  }));
}

/** One word for a column. */
export function discriminatingWord({ discriminating }: RuleCoverage): string {
  return discriminating === null ? 'not known' : discriminating ? 'yes' : 'no';
}

/** `declared at 4 places, 3 exercised, 3 decided; discriminating`. */
export function coverageText({ declared, exercised, decided, discriminating }: RuleCoverage): string {
  const proven =
    discriminating === null
      ? 'not known to be discriminating'
      : discriminating
        ? 'discriminating'
        : 'not discriminating';
  return `declared at ${declared} ${declared === 1 ? 'place' : 'places'}, ${exercised} exercised, ${decided} decided; ${proven}`;
}

/**
 * Reads what `proof.json` says: rows of faults, each with the rules that it is to trip and whether they caught it. Takes what it
 * understands; anything else proves nothing.
 */
export function readProof(value: unknown): Proof {
  const proof = new Map<string, boolean>();
  const look = (row: unknown): void => {
    if (!isRecord(row)) return;
    const { rule, caught, rules } = row;
    // A rule is proven by the one fault that it catches, whatever it does of others.
    if (typeof rule === 'string' && typeof caught === 'boolean') proof.set(rule, (proof.get(rule) ?? false) || caught);
    if (Array.isArray(rules)) for (const one of rules) look(one);
  };
  if (isRecord(value) && Array.isArray(value.rows)) for (const row of value.rows) look(row);
  return proof;
}

function isRecord(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === 'object' && value !== null;
}
