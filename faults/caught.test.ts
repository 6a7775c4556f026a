import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, vi } from 'vitest';
import { contractChannels } from '../cli/contract-channels.ts';
import { type CaseResult, instanceId } from '../conformance/result.ts';
import { casesOf, serverRules } from '../conformance/rules/index.ts';
import { runServerConformance } from '../conformance/run.ts';
import { parseTarget } from '../conformance/target/read-target.ts';
import type { Target } from '../conformance/target/target.ts';
import { type ReferenceServer, startReferenceServer } from '../reference-server/index.ts';
import type { Seam } from '../runtime/server/index.ts';
import type { Channel } from '../scripts/model.ts';
import { parseContract } from '../scripts/parse/load.ts';
import { type Fault, faults, type Intended } from './index.ts';

vi.setConfig({ testTimeout: 150_000, maxConcurrency: 6 });

const timeScale = 0.05;
const root = fileURLToPath(new URL('..', import.meta.url));
const contract = parseContract(`${root}/asyncapi.yaml`);
const tables = contractChannels(contract).map(({ table }) => table);
const targetText = await readFile(`${root}/reference-server/target.yaml`, 'utf8');

const folder = `${root}/reference-server`;

/** The bundled target file, for a server in this process. */
async function targetOf({ url, control }: ReferenceServer): Promise<Target> {
  const { start: _start, identity: _identity, ...target } = await parseTarget(targetText, 'target.yaml', folder);
  const hook = { http: `${control!.url}/control`, method: 'POST', headers: {} } as const;
  const run = { ...target.run, parallel: 24 };
  return { ...target, url, timeScale, run, hooks: { publish: hook, drop: hook, 'expire-token': hook, restart: hook } };
}

async function run(fault: Fault | null, rules: readonly string[], channels: readonly string[]) {
  const server = await startReferenceServer({
    timeScale,
    control: 0,
    log: () => {},
    ...(fault && { decorate: (seam: Seam) => fault.apply(seam) }),
  });
  try {
    return await runServerConformance(contract, await targetOf(server), { rules, channels });
  } finally {
    await server.close();
  }
}

/** The same with `wirepact serve --fault`: for what only the end of a process, or its output, can show. */
async function runProcess(fault: Fault | null, rules: readonly string[], channels: readonly string[]) {
  const target = await parseTarget(targetText, 'target.yaml', folder);
  const command = [...target.start!.command, ...(fault ? ['--fault', fault.id] : [])];
  return await runServerConformance(contract, { ...target, start: { ...target.start!, command } }, { rules, channels });
}

/** Of everything else a server in this process shows as much. */
const ofProcess = ['auth/token-not-logged', 'shutdown/refuses-new', 'shutdown/exits-in-time'];

const needsProcess = ({ rule }: Intended): boolean => ofProcess.includes(rule);

/** What is measured, and what takes a server to its limits: worth nothing where much else is going on. */
const isHeavy = ({ rule: id }: Intended): boolean => {
  const rule = serverRules.find((one) => one.id === id);
  const cases = rule ? contract.channels.flatMap((channel) => casesOf(rule, contract, channel)) : [];
  return (
    /^limits\/(rate|backlog)/.test(id) || cases.some((one) => 'lane' in one && (one.lane ?? 'parallel') !== 'parallel')
  );
};

/** Where the rule has cases and the fault something to break. */
function placesOf(fault: Fault, { rule: id }: Intended): readonly Channel[] {
  const rule = serverRules.find((one) => one.id === id);
  if (rule === undefined) return [];
  return contract.channels.filter((channel, index) => {
    return fault.appliesTo(tables[index]!) && casesOf(rule, contract, channel).length > 0;
  });
}

/** Rules that look at what a whole run saw are given a run to look at. */
const stimulus = ['delivery/receivers', 'validation/malformed-answered', 'auth/missing-answer'];

const isMonitored = ({ rule }: Intended): boolean => serverRules.some((one) => one.id === rule && 'monitor' in one);

/** A channel alone that accepts nobody is no verdict, but the end of the run. */
const isOfRun = ({ rule }: Intended): boolean => rule === 'handshake/accepts-valid-connection';

const channelNames = contract.channels.map(({ name }) => name);

const catches = (results: readonly CaseResult[], { rule, reasons }: Intended): boolean =>
  results.some(
    (one) =>
      one.rule === rule &&
      (one.verdict === 'fail' || one.verdict === 'warn') &&
      (reasons.length === 0 || reasons.includes(one.reason ?? '')),
  );

const told = (results: readonly CaseResult[]): readonly string[] =>
  results
    .filter((one) => one.verdict !== 'not-applicable')
    .map((one) => `${one.instance}: ${one.verdict} ${one.reason ?? ''} ${one.observed}`.trim());

const wanted = process.env.FAULT ?? '';
const selected = faults.filter((fault) => fault.id.includes(wanted));
const pairs = selected.flatMap((fault) => fault.intended.map((intended) => ({ fault, intended })));

/** Few at a time: on a server that loses what the suite waits for, each case takes its time. */
const chunk = 3;

function instancesOf({ rule: id }: Intended, channel: Channel): readonly (readonly string[])[] {
  const rule = serverRules.find((one) => one.id === id);
  const cases = rule ? casesOf(rule, contract, channel) : [];
  if (cases.length <= chunk) return [[id]];
  const instances = cases.map(({ message }) => instanceId(id, channel.name, message));
  return Array.from({ length: Math.ceil(cases.length / chunk) }, (_, index) =>
    instances.slice(index * chunk, (index + 1) * chunk),
  );
}

async function expectCaught(fault: Fault, intended: Intended): Promise<void> {
  const places = placesOf(fault, intended);
  expect(places.length, `${intended.rule} has no case where the fault applies`).toBeGreaterThan(0);
  const work = needsProcess(intended) ? runProcess : run;
  const seen: string[] = [];
  for (const channel of places) {
    const isWhole = isMonitored(intended);
    for (const rules of isWhole ? [[intended.rule, ...stimulus]] : instancesOf(intended, channel)) {
      const result = await work(fault, rules, isOfRun(intended) ? channelNames : [channel.name]);
      expect(result.harnessError).toBeUndefined();
      if (catches(result.cases, intended)) return;
      seen.push(...told(result.cases.filter((one) => one.rule === intended.rule)));
    }
  }
  expect(seen).toEqual('a verdict of the intended rule, for the intended reason');
}

describe.concurrent('a server with the fault', () => {
  for (const { fault, intended } of pairs.filter((pair) => !isHeavy(pair.intended))) {
    it(`${fault.id} is caught by ${intended.rule}`, () => expectCaught(fault, intended));
  }
});

describe('a server with the fault, in quiet', () => {
  for (const { fault, intended } of pairs.filter((pair) => isHeavy(pair.intended))) {
    it(`${fault.id} is caught by ${intended.rule}`, () => expectCaught(fault, intended));
  }
});

describe('a server without a fault', () => {
  for (const work of [run, runProcess]) {
    const isProcess = work === runProcess;
    const intended = pairs.map((pair) => pair.intended).filter((one) => needsProcess(one) === isProcess);
    const rules = [...new Set(intended.map(({ rule }) => rule))];
    it.runIf(rules.length > 0)(
      `passes what catches the faults${isProcess ? ', in a process of its own' : ''}`,
      async () => {
        const result = await work(null, [...rules, ...stimulus], channelNames);
        expect(result.harnessError).toBeUndefined();
        const broken = result.cases.filter(
          (one) => !['pass', 'not-applicable', 'not-testable'].includes(one.verdict) && rules.includes(one.rule),
        );
        expect(told(broken)).toEqual([]);
        const passed = new Set(result.cases.filter((one) => one.verdict === 'pass').map((one) => one.rule));
        expect(rules.filter((rule) => !passed.has(rule))).toEqual([]);
      },
    );
  }
});
