// The published entry of the suite: run it, list its rules, or describe it inside vitest.
export { describeConformance } from './describe-conformance.ts';
export type { Observation, Recorded } from './harness/record.ts';
export type { ConnectOptions, ErrorSeen, Kit, PartyOptions } from './kit.ts';
export { listRules, type RuleRow } from './list-rules.ts';
export * from './result.ts';
export {
  type Case,
  Failed,
  Inconclusive,
  lowest,
  type Monitor,
  type MonitorCase,
  type Needs,
  NotTestable,
  type Rule,
  type UnobservableRule,
} from './rule.ts';
export { runServerConformance } from './run.ts';
export type { RunEvent, RunOptions } from './run-options.ts';
export { readTarget } from './target/read-target.ts';
export { type Target, TargetError } from './target/target.ts';
