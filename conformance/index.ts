// The published entry of the suite: run it, list its rules, or describe it inside vitest.
export type { Transport } from './adapter/adapter.ts';
export { type Control, openControl } from './adapter/control.ts';
export { adapterProcess } from './adapter/process.ts';
export { AdapterError } from './adapter/protocol.ts';
export type { ClientKit } from './client/client-kit.ts';
export { type ClientRunOptions, runClientConformance } from './client/run.ts';
export type { ClientCase, ClientMonitor, ClientRule } from './client-rules/client-rule.ts';
export { describeConformance } from './describe-conformance.ts';
export type { Observation, Recorded } from './harness/record.ts';
export type { ConnectOptions, ErrorSeen, Kit, PartyOptions } from './kit.ts';
export { listRules, type RuleRow } from './list-rules.ts';
export { type PairRunOptions, runPairConformance } from './pair/run.ts';
export { type FaultProxy, type ProxyOptions, startProxy } from './proxy/index.ts';
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
