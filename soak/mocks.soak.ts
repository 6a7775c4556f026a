// Soak: mocks of the fixture contracts whose rules take long, each judged by the suite: they wait, or flood.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const contracts = fileURLToPath(new URL('../scripts/fixtures/contracts/', import.meta.url));
const command = fileURLToPath(new URL('../bin/wirepact.js', import.meta.url));

/** Prints what the suite prints. Resolves to whether every mock keeps its contract, and each rule could be judged. */
async function run(): Promise<boolean> {
  const codes = ['whiteboard', 'terminal'].map((name) => {
    const args = ['test', 'server', '--contract', `${name}.yaml`, '--target', `${name}.target.yaml`];
    return spawnSync(process.execPath, [command, ...args], { cwd: contracts, stdio: 'inherit' }).status;
  });
  return codes.every((code) => code === 0);
}

export const mocks = { name: 'mocks', run };
