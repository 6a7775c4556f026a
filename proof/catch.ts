// Whether a fault is caught by the rule that is to catch it: the suite is asked about that rule alone, one channel after the
// other, until it fails for the intended reason.
import { type CaseResult, instanceId } from '../conformance/result.ts';
import { casesOf, type ServerRule, serverRules } from '../conformance/rules/index.ts';
import { runServerConformance } from '../conformance/run.ts';
import type { RunOptions } from '../conformance/run-options.ts';
import { parseTarget } from '../conformance/target/read-target.ts';
import type { Fault, Intended } from '../faults/index.ts';
import type { Channel } from '../scripts/model.ts';
import { root, type Stand } from './stand.ts';

export interface Pair {
  readonly fault: Fault;
  readonly intended: Intended;
}

export const pairsOf = (faults: readonly Fault[]): readonly Pair[] =>
  faults.flatMap((fault) => fault.intended.map((intended) => ({ fault, intended })));

/** Pairs of an operator and a rule, each by the first fault that has it. */
export const distinctPairs = (faults: readonly Fault[]): readonly Pair[] => {
  const distinct = new Map<string, Pair>();
  for (const pair of pairsOf(faults)) {
    const key = `${pair.fault.id.split('/')[0]} ${pair.intended.rule}`;
    if (!distinct.has(key)) distinct.set(key, pair);
  }
  return [...distinct.values()];
};

/** Every second one under one name, the others under another: what both contracts show is shown under either. */
export const halfOf = <T>({ name }: Stand, list: readonly T[]): readonly T[] =>
  list.filter((_, index) => (index % 2 === 0) === (name === 'bundled'));

export const ruleOf = (id: string): ServerRule | undefined => serverRules.find((one) => one.id === id);

/** What only the end of a process, or its output, can show. */
const ofProcess = ['auth/token-not-logged', 'shutdown/refuses-new', 'shutdown/exits-in-time'];

export const needsProcess = ({ rule }: Intended): boolean => ofProcess.includes(rule);

/** What is measured, and what takes a server to its limits: worth nothing where much else is going on. */
export const isHeavy = ({ contract }: Stand, { rule: id }: Intended): boolean => {
  const rule = ruleOf(id);
  const cases = rule ? contract.channels.flatMap((channel) => casesOf(rule, contract, channel)) : [];
  return (
    /^limits\/(rate|backlog)/.test(id) || cases.some((one) => 'lane' in one && (one.lane ?? 'parallel') !== 'parallel')
  );
};

/** Where the rule has cases and the fault something to break. */
export const placesOf = ({ contract, tables }: Stand, fault: Fault, { rule: id }: Intended): readonly Channel[] => {
  const rule = ruleOf(id);
  if (rule === undefined) return [];
  return contract.channels.filter(
    (channel, index) => fault.appliesTo(tables[index]!) && casesOf(rule, contract, channel).length > 0,
  );
};

/** Rules that look at what a whole run saw are given a run to look at. */
export const stimulus = ['delivery/receivers', 'validation/malformed-answered', 'auth/missing-answer'];

const isMonitored = ({ rule }: Intended): boolean => serverRules.some((one) => one.id === rule && 'monitor' in one);

/** A channel alone that accepts nobody is no verdict, but the end of the run. */
const isOfRun = ({ rule }: Intended): boolean => rule === 'handshake/accepts-valid-connection';

export const isBroken = ({ verdict }: CaseResult): boolean => verdict === 'fail' || verdict === 'warn';

export const isIntended = (one: CaseResult, { rule, reasons }: Intended): boolean =>
  one.rule === rule && isBroken(one) && (reasons.length === 0 || reasons.includes(one.reason ?? ''));

const ruleIds = (rules: readonly string[]): ReadonlySet<string> => new Set(rules.map((rule) => rule.split('@')[0]!));

export const timeScale = 0.05;

/** The suite, by those rules alone (none: all), on a server in this process. Rejects where it cannot judge at all. */
export async function run(
  stand: Stand,
  fault: Fault | null,
  rules: readonly string[],
  channels: readonly string[],
  options: Pick<RunOptions, 'sample' | 'again'> = {},
): Promise<readonly CaseResult[]> {
  const standing = await stand.start({ fault, timeScale, control: true });
  try {
    const ids = ruleIds(rules);
    const from = serverRules.filter(({ id }) => ids.size === 0 || ids.has(id));
    const target = await stand.target(standing, timeScale);
    const result = await runServerConformance(stand.contract, target, { rules, channels, from, ...options });
    if (result.harnessError !== undefined) throw new Error(result.harnessError);
    return result.cases;
  } finally {
    await standing.close();
  }
}

/** The same with `wirepact serve --fault`. */
export async function runProcess(
  { contract }: Stand,
  fault: Fault | null,
  rules: readonly string[],
  channels: readonly string[],
  options: Pick<RunOptions, 'again'> = {},
): Promise<readonly CaseResult[]> {
  const target = await parseTarget(await readTargetText(), 'target.yaml', `${root}/reference-server`);
  const command = [...target.start!.command, ...(fault ? ['--fault', fault.id] : [])];
  const started = { ...target, start: { ...target.start!, command } };
  const result = await runServerConformance(contract, started, { rules, channels, ...options });
  if (result.harnessError !== undefined) throw new Error(result.harnessError);
  return result.cases;
}

async function readTargetText(): Promise<string> {
  const { readFile } = await import('node:fs/promises');
  return await readFile(`${root}/reference-server/target.yaml`, 'utf8');
}

/** Few at a time: on a server that loses what the suite waits for, each case takes its time. */
const chunk = 3;

function instancesOf({ contract }: Stand, { rule: id }: Intended, channel: Channel): readonly (readonly string[])[] {
  const rule = ruleOf(id);
  const cases = rule ? casesOf(rule, contract, channel) : [];
  if (cases.length <= chunk) return [[id]];
  const instances = cases.map(({ message }) => instanceId(id, channel.name, message));
  return Array.from({ length: Math.ceil(cases.length / chunk) }, (_, index) =>
    instances.slice(index * chunk, (index + 1) * chunk),
  );
}

export interface Catch {
  /** The result that shows it; null: the fault survived. */
  readonly by: CaseResult | null;
  /** What else was seen of the rule meanwhile. */
  readonly seen: readonly CaseResult[];
}

/** At first nothing undecided is looked at again: another channel may show it at once. */
export async function catchFault(stand: Stand, pair: Pair): Promise<Catch> {
  const first = await look(stand, pair, false);
  return first.by === null ? await look(stand, pair, true) : first;
}

async function look(stand: Stand, { fault, intended }: Pair, again: boolean): Promise<Catch> {
  const work = needsProcess(intended) ? runProcess : run;
  const seen: CaseResult[] = [];
  for (const channel of placesOf(stand, fault, intended)) {
    const parts = isMonitored(intended) ? [[intended.rule, ...stimulus]] : instancesOf(stand, intended, channel);
    const channels = isOfRun(intended) ? stand.contract.channels.map(({ name }) => name) : [channel.name];
    for (const rules of parts) {
      const cases = await work(stand, fault, rules, channels, { again });
      const by = cases.find((one) => isIntended(one, intended));
      if (by) return { by, seen };
      seen.push(...cases.filter((one) => one.rule === intended.rule));
    }
  }
  return { by: null, seen };
}
