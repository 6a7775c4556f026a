// Bundles one client library as a page would load it: alone for its size, or with the measures and its script for a run.
import { gzipSync } from 'node:zlib';
import { type BuildOptions, build, type Plugin } from 'esbuild';
import { root } from '../measure.ts';
import { measuredChannel } from './measured-channel.ts';

const options: BuildOptions & { write: false } = {
  bundle: true,
  write: false,
  format: 'esm',
  target: 'es2022',
  platform: 'browser',
  conditions: ['@wirepact/source'],
  logLevel: 'silent',
};

/** The peers, each with what its users import of it. */
export const peers = {
  'reconnecting-websocket': `export { default } from 'reconnecting-websocket';`,
  partysocket: `export { default } from 'partysocket/ws';`,
  'socket.io-client': `export { io } from 'socket.io-client';`,
  phoenix: `export { Socket } from 'phoenix';`,
  centrifuge: `export { Centrifuge } from 'centrifuge';`,
  'graphql-ws': `export { createClient } from 'graphql-ws';`,
} as const;

/** Bytes of what users import, minified and compressed. */
export async function sizeOf(imports: string): Promise<number> {
  const stdin = { contents: imports, resolveDir: `${root}/bench` };
  const result = await build({ ...options, stdin, minify: true });
  return gzipSync(result.outputFiles[0]?.contents ?? '', { level: 9 }).length;
}

/** A program that takes one measure of one client, and prints the number as JSON. @param rounds of messages over a socket */
export async function programFor(peer: string, measure: string, rounds: number): Promise<string> {
  const contents = measure === 'socket-rate' ? onSocket(peer, rounds) : inSimulation(peer, measure);
  const stdin = { contents, resolveDir: `${root}/bench/clients`, loader: 'ts' as const };
  const { module, data } = measuredChannel();
  const define = { MEASURED_CHANNEL: JSON.stringify(data) };
  const plugins = [
    provide('measured-channel', `export { ${data.name}Client as client, ${data.name}Table as table } from`, module),
  ];
  const result = await build({ ...options, stdin, define, plugins, external: ['ws', 'node:*'] });
  return result.outputFiles[0]?.text ?? '';
}

const say = `process.stdout.write('\\nmeasured ' + (value === Infinity ? 'never' : value) + '\\n', () => process.exit(0));`;

const inSimulation = (peer: string, measure: string): string => `
  import './fake-page.ts';
  import { serve } from './fake-server.ts';
  import { measures } from './measures.ts';
  import * as peer from './peers/${peer}.js';
  serve(peer);
  const value = await measures[${JSON.stringify(measure)}](peer);
  ${say}
`;

/** The same program is its own server, in another process. */
const onSocket = (peer: string, rounds: number): string => `
  import './real-page.ts';
  import { serveFrames, socketRate } from './socket-rate.ts';
  import * as peer from './peers/${peer}.js';
  if (process.argv[2] === 'serve') await serveFrames(peer);
  else {
    const value = await socketRate(peer, ${rounds});
    ${say}
  }
`;

/** A module that has, by names of its own, what another one exports. */
const provide = (name: string, exports: string, module: string): Plugin => ({
  name,
  setup({ onResolve, onLoad }) {
    onResolve({ filter: new RegExp(`^${name}$`) }, () => ({ path: name, namespace: name }));
    onLoad({ filter: /.*/, namespace: name }, () => ({
      contents: `${exports} ${JSON.stringify(module)};`,
      resolveDir: root,
    }));
  },
});
