// What the suite says of correct implementations while every core of the machine is busy: nothing, or it is a false alarm.

import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { runClientConformance } from '../conformance/client/run.ts';
import type { RunResult } from '../conformance/result.ts';
import { runServerConformance } from '../conformance/run.ts';
import { parseTarget } from '../conformance/target/read-target.ts';
import { faultyClient } from '../examples/adapters/faulty/catalogue.ts';
import type { Contract } from '../scripts/model.ts';
import type { AlarmRow } from './figures.ts';
import { root } from './stand.ts';

const burn = 'for (;;) Math.sqrt(Math.random());';

/** One busy thread for each core. Returns what stops them. */
const burnCores = (): (() => Promise<void>) => {
  const workers = Array.from({ length: availableParallelism() }, () => new Worker(burn, { eval: true }));
  return async () => {
    await Promise.all(workers.map((worker) => worker.terminate()));
  };
};

async function ofServer(contract: Contract, isWhole: boolean): Promise<RunResult> {
  const folder = `${root}/reference-server`;
  const target = await parseTarget(await readFile(`${folder}/target.yaml`, 'utf8'), 'target.yaml', folder);
  return await runServerConformance(contract, target, { sample: !isWhole });
}

const ofClient = (contract: Contract, isWhole: boolean): Promise<RunResult> =>
  runClientConformance(contract, faultyClient(null), { sample: !isWhole });

const sum = (before: AlarmRow, result: RunResult): AlarmRow => {
  const broken = result.cases.filter(({ verdict }) => ['fail', 'warn', 'error'].includes(verdict));
  const named = broken.map(({ instance, reason }) => `${instance} ${reason ?? ''}`.trim());
  const all = result.harnessError === undefined ? named : [...named, result.harnessError.split('\n')[0] ?? ''];
  return {
    role: before.role,
    runs: before.runs + 1,
    cases: before.cases + result.cases.filter(({ verdict }) => verdict === 'pass').length + broken.length,
    alarms: before.alarms + (all.length > 0 ? 1 : 0),
    inconclusive: before.inconclusive + result.cases.filter(({ verdict }) => verdict === 'inconclusive').length,
    instances: [...before.instances, ...all],
  };
};

export interface AlarmOptions {
  /** Runs in all, those known included; servers and clients take turns. */
  readonly runs: number;
  /** Every instance in each run, in place of one for each rule. */
  readonly isWhole: boolean;
  /** What was found before: the runs are added to it. */
  readonly known: readonly AlarmRow[];
  onRow(row: AlarmRow): void;
}

export async function proveQuiet(contract: Contract, { runs, isWhole, known, onRow }: AlarmOptions): Promise<void> {
  const rows = new Map(
    (['server', 'client'] as const).map((role) => [
      role,
      known.find((row) => row.role === role) ?? { role, runs: 0, cases: 0, alarms: 0, inconclusive: 0, instances: [] },
    ]),
  );
  const stop = burnCores();
  try {
    const before = [...rows.values()].reduce((total, row) => total + row.runs, 0);
    for (let run = before; run < runs; run += 1) {
      const role = run % 2 === 0 ? 'server' : 'client';
      const result = await (role === 'server' ? ofServer : ofClient)(contract, isWhole);
      const row = sum(rows.get(role)!, result);
      rows.set(role, row);
      onRow(row);
    }
  } finally {
    await stop();
  }
}
