// Soak: two hundred seeded schedules of faults between the bundled client and the bundled server, on the channels with state.
import { fileURLToPath } from 'node:url';
import { runPairConformance } from '../conformance/pair/run.ts';
import type { Channel } from '../scripts/model.ts';
import { parseContract } from '../scripts/parse/load.ts';

const checkout = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const adapter = [
  process.execPath,
  '--conditions=@wirepact/source',
  '--import',
  'tsx',
  checkout('examples/adapters/node/adapter.ts'),
];

/** By number, or by an id that is sent again. */
const losesNothing = ({ resync, clientMessages }: Channel): boolean =>
  resync !== null || clientMessages.some(({ idempotent }) => idempotent !== null);

/** Prints what was done, and what broke with the seed that breaks it again. Resolves to whether nothing did. */
async function run(): Promise<boolean> {
  const contract = parseContract(checkout('asyncapi.yaml'));
  const result = await runPairConformance(contract, checkout('reference-server/target.yaml'), adapter, {
    channels: contract.channels.filter(losesNothing).map(({ name }) => name),
    schedules: 200,
    command: `wirepact test pair --target reference-server/target.yaml --adapter '${adapter.slice(0, -1).join(' ')} examples/adapters/node/adapter.ts'`,
  });
  if (result.harnessError !== undefined) console.log(result.harnessError);
  for (const note of result.notes) console.log(note);
  const broken = result.cases.filter(({ verdict }) => verdict !== 'pass' && verdict !== 'not-applicable');
  for (const { instance, verdict, expected, observed, reason } of broken) {
    console.log(
      `${instance}: ${verdict}. Expected ${expected}; ${observed}${reason === undefined ? '' : ` (${reason})`}`,
    );
  }
  return result.harnessError === undefined && result.cases.length > 0 && broken.length === 0;
}

export const pair = { name: 'pair', run };
