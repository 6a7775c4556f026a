// Runs every benchmark, one after the other, prints a table and keeps the figures; fails only where one could not run.
import { join } from 'node:path';
import type { Bench, BenchOptions, Row } from './bench.ts';
import { benchClients } from './clients.ts';
import { writeFigures } from './figures.ts';
import { benchGenerateCheck } from './generate-check.ts';
import { benchGenerateCold } from './generate-cold.ts';
import { benchGenerateScale } from './generate-scale.ts';
import { benchGenerateWatch } from './generate-watch.ts';
import { root, runCommand } from './measure.ts';
import { fillReadme } from './readme.ts';
import { benchServer } from './server.ts';
import { benchSuiteTime } from './suite-time.ts';
import { printTable } from './table.ts';
import { benchValidate } from './validate.ts';

const benches: { readonly [name: string]: Bench } = {
  'generate-cold': benchGenerateCold,
  'generate-check': benchGenerateCheck,
  'generate-watch': benchGenerateWatch,
  'generate-scale': benchGenerateScale,
  validate: benchValidate,
  'suite-time': benchSuiteTime,
  clients: benchClients,
  server: benchServer,
};

const options: BenchOptions = {
  command: [process.execPath, join(root, 'dist/cli/main.js')],
  document: join(root, 'asyncapi.yaml'),
  rounds: 7,
  sizes: [50, 100, 200, 500],
  suite: [],
};

const named = process.argv.slice(2);
const unknown = named.find((name) => !Object.hasOwn(benches, name));
if (unknown !== undefined) {
  console.error(`There is no benchmark ${unknown}. There are: ${Object.keys(benches).join(', ')}.`);
  process.exitCode = 1;
} else {
  console.log('building');
  await runCommand(['npm', 'run', '--silent', 'build']);
  const measured: { [name: string]: readonly Row[] } = {};
  for (const [name, bench] of Object.entries(benches)) {
    if (named.length > 0 && !named.includes(name)) continue;
    console.log(`running ${name}`);
    try {
      measured[name] = await bench(options);
    } catch (error) {
      console.error(`${name} could not run: ${error instanceof Error ? error.message : String(error)}`);
      process.exitCode = 1;
    }
  }
  writeFigures(measured);
  fillReadme();
  console.log(`\n${printTable(Object.values(measured).flat())}`);
}
