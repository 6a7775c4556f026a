// Soak: five thousand clients whose server is restarted, and restarted again while they come back.
import { runStorm } from './storm/storm.ts';

/** With `WIREPACT_SOAK_CLIENTS` (5,000) clients at the contract's own pace; they take two open files each. Resolves to whether all came
 * back, with all they missed, and the server ended by the contract each time. */
async function run(): Promise<boolean> {
  const { WIREPACT_SOAK_CLIENTS = '5000' } = process.env;
  const clients = Number(WIREPACT_SOAK_CLIENTS);
  const result = await runStorm({ clients, together: 50, timeScale: 1, print: (line) => console.log(line) });
  const { findings, recoveriesMs, endingsMs, refused, peakShare } = result;
  for (const finding of findings.slice(0, 20)) console.log(finding);
  console.log(`storm: largest share of attempts in 100 ms ${(peakShare * 100).toFixed(1)} %`);
  console.log(`storm: ended in ${endingsMs.join(', ')} ms, ${refused} handshakes refused meanwhile by 503`);
  console.log(`storm: everyone back ${recoveriesMs.join(', ')} ms after it listened again`);
  return findings.length === 0;
}

export const storm = { name: 'storm', run };
