// The figures of the proof as the README shows them, filled in between two marks.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { figuresOf, type Proof, proofPath, readParts } from './figures.ts';
import { root } from './stand.ts';

const readmePath = join(root, 'README.md');
const marks = ['<!-- proof -->', '<!-- /proof -->'] as const;

const percent = (share: number): string => `${Math.round(share * 1000) / 10} %`;

/** A table; what was not measured yet is left out. */
export const proofText = (proof: Proof): string => {
  const live = proof.rows.filter(({ live: isLive }) => isLive !== false).length;
  const rows: readonly (readonly [string, string, boolean])[] = [
    [
      'Faults (an operator × the rule that must catch it)',
      `${proof.faults}, in ${live} broken servers and clients`,
      live > 0,
    ],
    ['Detected', percent(proof.detection), live > 0],
    ['Detected by the intended rule, for the intended reason', percent(proof.attribution), live > 0],
    [
      'With a rule of another family red as well',
      percent(proof.collateral),
      proof.rows.some(({ others }) => others !== null),
    ],
    ['Rules that an implementation passes which does nothing', String(proof.vacuous), proof.nulls.length > 0],
    [
      'False alarms, all cores busy',
      `${proof.falseAlarms} in ${proof.runs} runs (at most ${percent(proof.falseAlarmBound)}, 95 % confidence)`,
      proof.runs > 0,
    ],
    [
      'Random changes of the source that the suite reports',
      `${percent(proof.mutantsKilled)} of ${proof.mutants} (${percent(proof.mutantsKilledByMust)} as a breach of a MUST)`,
      proof.mutants > 0,
    ],
  ];
  const shown = rows.filter(([, , isKnown]) => isKnown).map(([what, figure]) => `| ${what} | ${figure} |`);
  return ['| What `npm run proof` measured | |', '| --- | --- |', ...shown].join('\n');
};

/** The README with the block filled in. Throws where the marks are missing. */
export const filled = (readme: string, proof: Proof): string => {
  const [start, end] = [readme.indexOf(marks[0]), readme.indexOf(marks[1])];
  if (start < 0 || end < start) throw new Error(`README.md has no ${marks.join(' ... ')} to fill in. Add both marks.`);
  return `${readme.slice(0, start + marks[0].length)}\n${proofText(proof)}\n${readme.slice(end)}`;
};

export const fillReadme = (): void => {
  if (!existsSync(proofPath)) throw new Error('There is no conformance/proof.json. Run: npm run proof');
  writeFileSync(readmePath, filled(readFileSync(readmePath, 'utf8'), figuresOf(readParts())));
};

if (process.argv[1] === fileURLToPath(import.meta.url)) fillReadme();
