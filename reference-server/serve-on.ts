// `wirepact serve` on an engine that is there for it alone: `node --import tsx serve-on.ts sqlite|redis --port N ...`.
// Its data outlives a restart of the server, and goes with whoever started it: a suite, or a shell.

import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const [kind = '', ...options] = process.argv.slice(2);
const port = options[options.indexOf('--port') + 1] ?? '';
const folder = join(tmpdir(), `wirepact-${kind}-${process.ppid}-${port}`);

// Runs a program, or none, until the process of that id is gone; then ends it, and removes the folder.
const keeper =
  'parent=$1; folder=$2; shift 2; child=; if [ $# -gt 0 ]; then "$@" & child=$!; fi; ' +
  'while kill -0 "$parent" 2>/dev/null; do sleep 1; done; ' +
  'if [ -n "$child" ]; then kill "$child"; wait "$child"; fi; rm -rf "$folder"';

/** In a group of its own: what ends the server does not end it. It holds none of its outputs, which somebody may wait to see ended. */
const keep = (command: readonly string[]): void => {
  const args = ['-c', keeper, 'sh', String(process.ppid), folder, ...command];
  spawn('sh', args, { cwd: folder, detached: true, stdio: 'ignore' }).unref();
};

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });

const answers = (at: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(at, '127.0.0.1', () => socket.end('PING\r\n'));
    let said = '';
    socket.on('data', (data) => {
      said += String(data);
    });
    socket.on('error', () => resolve(false));
    socket.on('close', () => resolve(said.startsWith('+PONG')));
  });

const startRedis = async (): Promise<string> => {
  const note = join(folder, 'port');
  if (!existsSync(note)) {
    const own = await freePort();
    const where = ['--port', String(own), '--bind', '127.0.0.1', '--dir', folder];
    keep(['redis-server', ...where, '--appendonly', 'yes', '--appendfsync', 'always', '--save', '']);
    writeFileSync(note, String(own));
  }
  const known = Number(readFileSync(note, 'utf8'));
  for (let tries = 0; !(await answers(known)); tries += 1) {
    if (tries === 300) throw new Error(`redis-server did not start on port ${known}. Is it installed?`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return `redis://127.0.0.1:${known}`;
};

const startSqlite = (): string => {
  const file = join(folder, 'data.db');
  if (!existsSync(file)) keep([]);
  return `sqlite:${file}`;
};

if ((kind !== 'sqlite' && kind !== 'redis') || !/^\d+$/.test(port)) {
  process.stderr.write('The engine (sqlite or redis) or --port is missing: serve-on.ts redis --port 8787\n');
  process.exit(4);
}
mkdirSync(folder, { recursive: true });
const engine = kind === 'redis' ? await startRedis() : startSqlite();
const command = new URL('../bin/wirepact.js', import.meta.url);
// In this process, so that a signal reaches the server once, and its exit code is this one's.
process.argv.splice(1, process.argv.length, command.pathname, 'serve', '--engine', engine, ...options);
await import(command.href);
