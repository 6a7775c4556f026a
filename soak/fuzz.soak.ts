// Soak: a million hostile inputs against the bundled server, from one seed that is printed; a finding is played again by its seed and batch.
import { randomInt } from 'node:crypto';
import { boundOf, fuzz } from '../fuzz/run.ts';

/** `WIREPACT_FUZZ_CASES` (1,000,000) cases from `WIREPACT_FUZZ_SEED`; with `WIREPACT_FUZZ_BATCH` that batch alone, or those. Resolves to whether
 * nothing was found. */
async function run(): Promise<boolean> {
  const {
    WIREPACT_FUZZ_CASES = '1000000',
    WIREPACT_FUZZ_SEED = String(randomInt(2 ** 31)),
    WIREPACT_FUZZ_BATCH,
  } = process.env;
  console.log(`fuzz: ${WIREPACT_FUZZ_CASES} cases, WIREPACT_FUZZ_SEED=${WIREPACT_FUZZ_SEED}`);
  const cases = Number(WIREPACT_FUZZ_CASES);
  const result = await fuzz({
    seed: Number(WIREPACT_FUZZ_SEED),
    cases,
    ...(WIREPACT_FUZZ_BATCH !== undefined && { batches: WIREPACT_FUZZ_BATCH.split(',').map(Number) }),
    print: (line) => console.log(line),
  });
  const counts = Object.entries(result.cases).map(([layer, count]) => `${count} ${layer}`);
  console.log(
    `fuzz: ${counts.join(', ')} in ${result.batches} batches; held memory grew by ${result.grownBytes} bytes`,
  );
  return result.findings.length === 0 && result.grownBytes < boundOf(cases);
}

export const fuzzing = { name: 'fuzz', run };
