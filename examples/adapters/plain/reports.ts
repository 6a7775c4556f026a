// The committed reports of the plain clients: every rule that each breaks, where, and what was seen the first time.
// `node --conditions=@wirepact/source --import tsx examples/adapters/plain/reports.ts`
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { runClientConformance } from '../../../conformance/client/run.ts';
import { escapeMarkdown } from '../../../conformance/report/escape.ts';
import { placeOf } from '../../../conformance/report/groups.ts';
import type { CaseResult, RunResult } from '../../../conformance/result.ts';
import { parseContract } from '../../../scripts/parse/load.ts';

export const plainClients = ['naive', 'reconnecting-websocket'] as const;
export type PlainClient = (typeof plainClients)[number];

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
export const reportPath = (client: PlainClient): string => here(`${client}-report.md`);

/** @param rules only these, and only on these channels; all where not given */
export async function judgePlain(
  client: PlainClient,
  only: { readonly rules?: readonly string[]; readonly channels?: readonly string[] } = {},
): Promise<RunResult> {
  const contract = parseContract(here('../../../asyncapi.yaml'));
  return await runClientConformance(contract, [process.execPath, here('adapter.js'), client], only);
}

const isBroken = ({ verdict }: CaseResult): boolean => verdict === 'fail' || verdict === 'warn';

/** What is broken by rule, in the order of the run. */
export function brokenByRule({ cases }: RunResult): ReadonlyMap<string, readonly CaseResult[]> {
  const rules = new Map<string, CaseResult[]>();
  for (const one of cases.filter(isBroken)) rules.set(one.rule, [...(rules.get(one.rule) ?? []), one]);
  return rules;
}

export function plainReport(client: PlainClient, result: RunResult): string {
  const count = (verdict: string) => result.cases.filter((one) => one.verdict === verdict).length;
  const rows = [...brokenByRule(result)].map(([rule, cases]) => {
    const places = (verdict: string) =>
      escapeMarkdown(cases.flatMap((one) => (one.verdict === verdict ? placeOf(one) : [])).join(', '));
    const [first] = cases;
    const seen = [first?.expected, first?.observed].map((text) => escapeMarkdown((text ?? '').slice(0, 110)));
    return `| \`${rule}\` | ${places('fail')} | ${places('warn')} | ${seen.join(' | ')} |`;
  });
  const told = ['pass', 'fail', 'warn', 'not-applicable', 'not-testable', 'inconclusive'].map(
    (verdict) => `${count(verdict)} ${verdict}`,
  );
  const lines = [
    `# What the suite says of the plain client \`${client}\``,
    '',
    'Made by `node --conditions=@wirepact/source --import tsx examples/adapters/plain/reports.ts`. Not to be edited.',
    '',
    `${result.cases.length} cases at time scale ${result.timeScale}: ${told.join(', ')}.`,
    '',
    '| rule | MUST, broken at | SHOULD, warned at | expected, the first time | observed |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
  ];
  return `${lines.join('\n')}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const client of plainClients) {
    const result = await judgePlain(client);
    if (result.harnessError !== undefined) throw new Error(result.harnessError);
    await writeFile(reportPath(client), plainReport(client, result));
  }
}
