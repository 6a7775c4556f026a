// Looks again, once and alone, at the few tests that failed beside the others, and says which they were. Many tests are about real time,
// and several files run at once on few cores: what passes alone was the machine's doing. Ends with 1 where one fails again.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** More than so many are no accident. */
const most = 4;

const { testResults } = JSON.parse(readFileSync('reports/tests.json', 'utf8'));
const files = testResults.filter(({ status }) => status === 'failed');
const failedIn = ({ assertionResults }) => assertionResults.filter(({ status }) => status === 'failed');
const tests = files.flatMap(failedIn);
// A file that fails without a test of it is one that cannot be loaded.
if (files.some((file) => failedIn(file).length === 0) || tests.length === 0 || tests.length > most) process.exit(1);

const escaped = (text) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
const names = tests.map(({ fullName }) => fullName);
for (const name of names) console.log(`failed beside the others, tried again alone: ${name}`);
const { status } = spawnSync(
  'npm',
  [
    ...['test', '--silent', '--', '--maxWorkers=1', '--testNamePattern', `^(${names.map(escaped).join('|')})$`],
    ...['--reporter=default', '--reporter=json', '--outputFile.json=reports/again.json'],
    ...files.map(({ name }) => name),
  ],
  { stdio: 'inherit' },
);
const { numPassedTests } = JSON.parse(readFileSync('reports/again.json', 'utf8'));
process.exit(status === 0 && numPassedTests === tests.length ? 0 : 1);
