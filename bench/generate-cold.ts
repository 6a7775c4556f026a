// Measures generating everything from nothing against parsing the same document with the official parser alone.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Bench, seconds } from './bench.ts';
import { inTurns, root, runCommand } from './measure.ts';
import { withFolder } from './with-folder.ts';

const aim = 1.5;

export const benchGenerateCold: Bench = ({ command, document, rounds }) =>
  withFolder(async (folder) => {
    const out = join(folder, 'generated');
    const [alone = Number.NaN, all = Number.NaN] = await inTurns(rounds, [
      async () => {
        await runCommand([process.execPath, join(root, 'bench/parser-alone.js'), document]);
      },
      async () => {
        rmSync(out, { recursive: true, force: true });
        await runCommand([...command, 'generate', document, '--out', out]);
      },
    ]);
    const ratio = all / alone;
    const peer = `parser alone ${seconds(alone)}`;
    return [
      { name: 'generate, cold', measured: seconds(all), peer, ratio, aim: `<= ${aim.toFixed(2)} x`, met: ratio <= aim },
    ];
  });
