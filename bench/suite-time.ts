// Measures how long the suite needs for the bundled server at a twentieth of its times, against the time that it may take.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Bench, seconds } from './bench.ts';
import { root, runCommand } from './measure.ts';
import { withFolder } from './with-folder.ts';

const aimMs = 30_000;

/** Exit codes of a run to its end: all passed, a rule failed, a case stayed undecided. */
const ran = [0, 1, 3];

export const benchSuiteTime: Bench = ({ command, suite }) =>
  withFolder(async (folder) => {
    const target = join(root, 'reference-server/target.yaml');
    const contract = join(root, 'asyncapi.yaml');
    const flags = ['--target', target, '--contract', contract, '--report', folder, ...suite];
    const start = performance.now();
    await runCommand([...command, 'test', 'server', ...flags], ran);
    const ms = performance.now() - start;
    const { cases } = JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8')) as { cases: unknown[] };
    if (cases.length === 0) throw new Error('The suite ran no case.');
    return [
      {
        name: 'server suite, time scale 0.05',
        measured: `${seconds(ms)}, ${cases.length} cases`,
        peer: `aim ${seconds(aimMs)}`,
        ratio: ms / aimMs,
        aim: `<= ${seconds(aimMs)}`,
        met: ms <= aimMs,
      },
    ];
  });
