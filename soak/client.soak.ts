// Soak: every property of the client, ten thousand runs each, from one seed that is printed and can be given again.
import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { fileURLToPath } from 'node:url';

/** Runs the property tests with `WIREPACT_SOAK_RUNS` (10,000) runs from `WIREPACT_SOAK_SEED`. Resolves to whether all held. */
async function run(): Promise<boolean> {
  const { WIREPACT_SOAK_RUNS: runs = '10000', WIREPACT_SOAK_SEED: seed = String(randomInt(2 ** 31)) } = process.env;
  console.log(`client: ${runs} runs of each property, WIREPACT_SOAK_SEED=${seed}`);
  const vitest = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url));
  const root = fileURLToPath(new URL('..', import.meta.url));
  const args = [
    vitest,
    'run',
    'runtime/client/properties',
    '--root',
    root,
    '--testTimeout',
    '0',
    '--reporter',
    'verbose',
  ];
  const env = { ...process.env, WIREPACT_SOAK_RUNS: runs, WIREPACT_SOAK_SEED: seed };
  const child = spawn(process.execPath, args, { env, stdio: 'inherit' });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve(code === 0));
  });
}

export const client = { name: 'client', run };
