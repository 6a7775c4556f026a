// Measures the time from saving the document to the written output while watching, against the official parser alone.
import { spawn } from 'node:child_process';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Bench, seconds } from './bench.ts';
import { inTurns, median, root, runCommand } from './measure.ts';
import { withFolder } from './with-folder.ts';

const aimMs = 400;

export const benchGenerateWatch: Bench = ({ command, document, rounds }) =>
  withFolder(async (folder) => {
    const copy = join(folder, 'asyncapi.yaml');
    copyFileSync(document, copy);
    const text = readFileSync(copy, 'utf8');
    const [program = '', ...args] = command;
    const flags = ['generate', copy, '--out', join(folder, 'generated'), '--watch', '--no-official'];
    const child = spawn(program, [...args, ...flags], { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = new Promise<never>((_, reject) => {
      child.on('error', reject);
      child.on('close', (code) => reject(new Error(`generate --watch ended with ${code}.`)));
    });
    ended.catch(() => undefined);
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const until = async (pattern: RegExp): Promise<void> => {
      for (;;) {
        const { value, done } = await Promise.race([lines.next(), ended]);
        if (done === true) return await ended;
        if (pattern.test(value)) return;
      }
    };
    try {
      await until(/watching/);
      const warm: number[] = [];
      const peers: number[] = [];
      // The first changes warm the compiler up, and are not counted.
      for (let change = -2; change < rounds; change += 1) {
        const start = performance.now();
        writeFileSync(copy, text.replace(/^( *description: )(?=\w)/m, `$1Change ${change + 3}. `));
        await until(/written/);
        if (change < 0) continue;
        warm.push(performance.now() - start);
        const parse = () => runCommand([process.execPath, join(root, 'bench/parser-alone.js'), document]);
        peers.push(...(await inTurns(1, [async () => void (await parse())])));
      }
      const [measured, peer] = [median(warm), median(peers)];
      return [
        {
          name: 'generate --watch, warm',
          measured: seconds(measured),
          peer: `parser alone ${seconds(peer)}`,
          ratio: measured / peer,
          aim: `<= ${seconds(aimMs)}`,
          met: measured <= aimMs,
        },
      ];
    } finally {
      child.kill();
    }
  });
