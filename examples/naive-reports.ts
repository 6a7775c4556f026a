// Runs the suite against the naive servers, writes what it says beside each, and fills the README from it.
// `--check` writes nothing: exit code 1 where other rules are broken than the committed reports say.
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { listRules } from '../conformance/list-rules.ts';
import { buildReport, type Report } from '../conformance/report/report-json.ts';
import { runServerConformance } from '../conformance/run.ts';
import { readTarget } from '../conformance/target/read-target.ts';
import { emptyKnownList, parseKnown } from '../conformance/verdict/known.ts';
import { checkKnown } from '../conformance/verdict/known-check.ts';
import { parseContract } from '../scripts/parse/load.ts';
import { type Broken, brokenRules, fillReadme, naiveReport, readBroken } from './naive-report.ts';

export const examples = ['fastapi', 'django-channels'] as const;
const root = fileURLToPath(new URL('..', import.meta.url));
export const reportPath = (example: string): string => `${root}examples/${example}/naive-report.md`;
export const readmePath = `${root}README.md`;

/** @param rules only these; all where not given. Throws where the run could not be carried out. */
export async function runExample(example: string, file: string, rules?: readonly string[]): Promise<Report> {
  const path = `examples/${example}/${file}`;
  const target = await readTarget(`${root}${path}`);
  const contract = parseContract(`${root}asyncapi.yaml`);
  const result = await runServerConformance(contract, target, {
    ...(rules === undefined ? {} : { rules }),
    command: `wirepact test server --target ${path}`,
  });
  if (result.harnessError !== undefined) throw new Error(`${path}: ${result.harnessError}`);
  const list =
    target.known === undefined ? emptyKnownList : parseKnown(await readFile(target.known, 'utf8'), 'known.yaml');
  const names = listRules(contract).flatMap(({ id, instances }) => [id, ...instances.map((one) => one.id)]);
  const known = checkKnown(list, result.cases, { today: new Date().toISOString().slice(0, 10), names });
  return buildReport(result, { known, tokens: target.tokens === undefined ? [] : [target.tokens.secret] });
}

/** What differs between two lists of broken rules, a line each; empty where nothing does. */
export function differences(committed: Broken, now: Broken): readonly string[] {
  const names = [...new Set([...committed.keys(), ...now.keys()])].sort();
  const shown = (rules: Broken, rule: string) => JSON.stringify(rules.get(rule)?.fail ?? []);
  return names
    .filter((rule) => shown(committed, rule) !== shown(now, rule))
    .map((rule) => `${rule}: committed ${shown(committed, rule)}, now ${shown(now, rule)}`);
}

async function main(check: boolean): Promise<number> {
  let changed = 0;
  for (const example of examples) {
    const report = await runExample(example, 'naive.yaml');
    if (!check) {
      await writeFile(reportPath(example), naiveReport(report, example));
      continue;
    }
    const lines = differences(readBroken(await readFile(reportPath(example), 'utf8')), brokenRules(report));
    for (const line of lines) process.stdout.write(`${example}: ${line}\n`);
    changed += lines.length;
  }
  if (!check) await writeFile(readmePath, await filledReadme());
  return changed === 0 ? 0 : 1;
}

/** The README as the committed reports have it. */
export async function filledReadme(): Promise<string> {
  const reports = await Promise.all(examples.map((example) => readFile(reportPath(example), 'utf8')));
  return fillReadme(await readFile(readmePath, 'utf8'), reports);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = await main(process.argv.includes('--check'));
