// Measures finding out that nothing changed, against starting Node and ending it again.
import { join } from 'node:path';
import { type Bench, seconds } from './bench.ts';
import { inTurns, runCommand } from './measure.ts';
import { withFolder } from './with-folder.ts';

const aimMs = 200;

export const benchGenerateCheck: Bench = ({ command, document, rounds }) =>
  withFolder(async (folder) => {
    const out = join(folder, 'generated');
    await runCommand([...command, 'generate', document, '--out', out, '--no-official']);
    const [bare = Number.NaN, check = Number.NaN] = await inTurns(rounds, [
      async () => {
        await runCommand([process.execPath, '--eval', '0']);
      },
      async () => {
        await runCommand([...command, 'generate', document, '--out', out, '--check']);
      },
    ]);
    return [
      {
        name: 'generate --check, current',
        measured: seconds(check),
        peer: `empty Node process ${seconds(bare)}`,
        ratio: check / bare,
        aim: `<= ${seconds(aimMs)}`,
        met: check <= aimMs,
      },
    ];
  });
