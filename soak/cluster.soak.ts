// Soak: two hundred clients on two processes with one Redis, while processes are killed, Redis is restarted and connections are cut.
import { randomInt } from 'node:crypto';
import { runCluster } from './cluster/run.ts';

/** `WIREPACT_SOAK_TROUBLES` (60) troubles from `WIREPACT_SOAK_SEED`, five seconds apart, at the contract's own pace divided by five.
 * Resolves to whether every acknowledged message reached everyone once and in order. */
async function run(): Promise<boolean> {
  const { WIREPACT_SOAK_TROUBLES = '60', WIREPACT_SOAK_SEED = String(randomInt(2 ** 31)) } = process.env;
  console.log(`cluster: ${WIREPACT_SOAK_TROUBLES} troubles, WIREPACT_SOAK_SEED=${WIREPACT_SOAK_SEED}`);
  const { findings, acknowledged, refused, delivered } = await runCluster({
    seed: Number(WIREPACT_SOAK_SEED),
    members: 200,
    together: 10,
    troubles: Number(WIREPACT_SOAK_TROUBLES),
    everyMs: 5000,
    // A room keeps a thousand messages: what ten members say has to fit, however long the machine takes.
    sayEveryMs: Number(WIREPACT_SOAK_TROUBLES) * 70,
    sayAtMost: 90,
    timeScale: 0.2,
    print: (line) => console.log(line),
  });
  for (const finding of findings) console.log(finding);
  console.log(`cluster: ${acknowledged} acknowledged, ${refused} refused, ${delivered} delivered`);
  return findings.length === 0 && acknowledged > 0;
}

export const cluster = { name: 'cluster', run };
