// The programs of a server benchmark, each bundled into one file that plain Node runs: no transpiler takes part in the time.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { build } from 'esbuild';
import { root, runCommand } from '../measure.ts';
import { type Asked, startProgram } from './ask.ts';
import type { CrowdQuestions, ServerQuestions } from './crowd-questions.ts';

export type ServerName = 'wirepact' | 'ws-loop' | 'socketio';

const { dependencies, peerDependencies } = createRequire(import.meta.url)('../../package.json') as {
  readonly [kind in 'dependencies' | 'peerDependencies']: { readonly [name: string]: string };
};

export interface Programs {
  crowd(): Promise<Asked<CrowdQuestions>>;
  /** @param flags of Node, besides those that every server is given */
  server(name: ServerName, flags?: readonly string[]): Promise<Asked<ServerQuestions>>;
}

/** @param folder inside the checkout, where the bundled programs find what they import */
export async function buildPrograms(folder: string, peers: readonly ServerName[]): Promise<Programs> {
  const entryPoints = ['crowd', 'targets/wirepact', ...peers.map((name) => `targets/${name}`)];
  const installed = join(root, 'bench/node_modules/socket.io');
  if (peers.includes('socketio') && !existsSync(installed)) {
    await runCommand(['npm', 'ci', '--no-audit', '--no-fund', '--ignore-scripts'], [0], join(root, 'bench'));
  }
  await build({
    entryPoints: entryPoints.map((name) => join(root, 'bench/server', `${name}.ts`)),
    outbase: join(root, 'bench/server'),
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    format: 'esm',
    target: 'es2022',
    platform: 'node',
    conditions: ['@wirepact/source'],
    external: [...Object.keys(dependencies), ...Object.keys(peerDependencies)],
    logLevel: 'silent',
  });
  return {
    crowd: () => startProgram<CrowdQuestions>(join(folder, 'crowd.mjs')),
    server: (name, flags = []) =>
      startProgram<ServerQuestions>(
        join(folder, `targets/${name}.mjs`),
        [join(root, 'bench/package.json')],
        ['--expose-gc', ...flags],
      ),
  };
}
