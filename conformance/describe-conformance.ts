// The suite inside a test runner: one test an instance, red where a MUST fails, with the report's words.
import type { Contract } from '../scripts/model.ts';
import { planRun } from './plan.ts';
import type { CaseResult, RunResult } from './result.ts';
import { runServerConformance } from './run.ts';
import type { RunOptions } from './run-options.ts';
import type { Target } from './target/target.ts';

/** Of vitest, jest or node:test what is used here. */
export interface TestRunner {
  describe(name: string, body: () => void): void;
  it(name: string, body: () => Promise<void>): void;
  beforeAll(body: () => Promise<void>, timeoutMs?: number): void;
}

export interface DescribeOptions extends RunOptions {
  /** A broken SHOULD is red too. @default false */
  readonly strict?: boolean;
  /** Instances that are not testable here, and known to be: `delivery/receivers@chat.pong`. */
  readonly accept?: readonly string[];
  /** For the whole run. @default 300,000 */
  readonly timeoutMs?: number;
}

/** `describeConformance({ describe, it, beforeAll }, contract, target)` in a test file. */
export function describeConformance(
  runner: TestRunner,
  contract: Contract,
  target: Target | string,
  options: DescribeOptions = {},
): void {
  runner.describe(`${contract.title} conformance`, () => {
    let run: RunResult | null = null;
    runner.beforeAll(async () => {
      run = await runServerConformance(contract, target, options);
    }, options.timeoutMs ?? 300_000);
    for (const { instance, one } of planRun(contract, options)) {
      if (one === null) continue;
      runner.it(instance, async () => {
        if (run?.harnessError !== undefined) throw new Error(run.harnessError);
        const result = run?.cases.find((found) => found.instance === instance);
        if (result === undefined) throw new Error('The case was not carried out.');
        const problem = problemOf(result, options);
        if (problem !== null) throw new Error(problem);
      });
    }
  });
}

function problemOf(result: CaseResult, options: DescribeOptions): string | null {
  const at = `\n(${result.pointer}, line ${result.line})`;
  switch (result.verdict) {
    case 'pass':
    case 'not-applicable':
      return null;
    case 'warn':
      return options.strict
        ? `${result.sentence}\nexpected: ${result.expected}\nobserved: ${result.observed}${at}`
        : null;
    case 'fail':
      return `${result.sentence}\nexpected: ${result.expected}\nobserved: ${result.observed}${at}`;
    default: {
      if (result.verdict === 'not-testable' && options.accept?.includes(result.instance)) return null;
      const add = result.needs === undefined ? '' : ` Add to the target file: ${result.needs.join('; ')}.`;
      return `${result.verdict}: ${result.reason ?? ''}${add}`;
    }
  }
}
