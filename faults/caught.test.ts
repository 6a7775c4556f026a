import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { contractChannels } from '../cli/contract-channels.ts';
import type { CaseResult } from '../conformance/result.ts';
import { casesOf, serverRules } from '../conformance/rules/index.ts';
import { runServerConformance } from '../conformance/run.ts';
import { parseTarget } from '../conformance/target/read-target.ts';
import type { Target } from '../conformance/target/target.ts';
import { type ReferenceServer, startReferenceServer } from '../reference-server/index.ts';
import type { SeamDecorator } from '../runtime/server/index.ts';
import type { Channel } from '../scripts/model.ts';
import { parseContract } from '../scripts/parse/load.ts';
import { type Fault, faults, type Intended } from './index.ts';

const timeScale = 0.05;
const root = fileURLToPath(new URL('..', import.meta.url));
const contract = parseContract(`${root}/asyncapi.yaml`);
const tables = contractChannels(contract).map(({ table }) => table);
const targetText = await readFile(`${root}/reference-server/target.yaml`, 'utf8');

/** The bundled target file, for a server in this process. */
async function targetOf({ url, control }: ReferenceServer): Promise<Target> {
  const { start: _start, identity: _identity, ...target } = await parseTarget(targetText, 'target.yaml', root);
  const hook = { http: `${control!.url}/control`, method: 'POST', headers: {} } as const;
  return { ...target, url, timeScale, hooks: { publish: hook, drop: hook, 'expire-token': hook, restart: hook } };
}

async function run(decorate: SeamDecorator, rules: readonly string[], channels: readonly string[]) {
  const server = await startReferenceServer({ timeScale, control: 0, decorate, log: () => {} });
  try {
    return await runServerConformance(contract, await targetOf(server), { rules, channels });
  } finally {
    await server.close();
  }
}

/** Where the rule has cases and the fault something to break. */
function placesOf(fault: Fault, { rule: id }: Intended): readonly Channel[] {
  const rule = serverRules.find((one) => one.id === id);
  if (rule === undefined) return [];
  return contract.channels.filter((channel, index) => {
    return fault.appliesTo(tables[index]!) && casesOf(rule, contract, channel).length > 0;
  });
}

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

const wanted = process.env.FAULT;
const selected = faults.filter((fault) => wanted === undefined || fault.id.includes(wanted));

describe.concurrent('a server with the fault', () => {
  for (const fault of selected) {
    for (const intended of fault.intended) {
      it(`${fault.id} is caught by ${intended.rule}`, async () => {
        const places = placesOf(fault, intended);
        expect(places.length, `${intended.rule} has no case where the fault applies`).toBeGreaterThan(0);
        const seen: string[] = [];
        for (const channel of places) {
          const result = await run((seam) => fault.apply(seam), [intended.rule], [channel.name]);
          expect(result.harnessError).toBeUndefined();
          if (catches(result.cases, intended)) return;
          seen.push(...told(result.cases));
        }
        expect(seen).toEqual('a verdict of the intended rule, for the intended reason');
      });
    }
  }
});

describe('a server without a fault', () => {
  it('passes what catches the faults', async () => {
    const rules = [...new Set(selected.flatMap((fault) => fault.intended.map(({ rule }) => rule)))];
    const result = await run(
      (seam) => seam,
      rules,
      contract.channels.map((channel) => channel.name),
    );
    expect(result.harnessError).toBeUndefined();
    const broken = result.cases.filter((one) => one.verdict !== 'pass' && one.verdict !== 'not-applicable');
    expect(told(broken)).toEqual([]);
  });
});

afterAll(() => {});
