// Starts two server processes behind nginx, with Redis between them: `node --import tsx start.ts --port 8787`.
// Ends them all at SIGINT or SIGTERM: first the servers, by the contract, then nginx and Redis.

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startControls } from './controls.ts';
import { freePort } from './free-port.ts';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

const { values } = parseArgs({
  options: { port: { type: 'string', default: '8787' }, 'time-scale': { type: 'string', default: '1' } },
});

const folder = mkdtempSync(join(tmpdir(), 'wirepact-cluster-'));
mkdirSync(join(folder, 'temp'));
// nginx lies where only an administrator's PATH looks.
const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` };

// A program in a group of its own, which a signal to this process does not reach: it is ended in its turn. Where this process
// dies without a word, the shell reads the end of its input, and ends the program all the same.
const kept =
  'exec 3<&0; "$@" 3<&- & echo "pid $!"; child=$!; (cat <&3 >/dev/null; kill $child 2>/dev/null) & wait $child';

const start = (command: readonly [string, ...string[]]): ChildProcess =>
  spawn('sh', ['-c', kept, 'sh', ...command], {
    cwd: folder,
    env,
    detached: true,
    stdio: ['pipe', 'pipe', 'inherit'],
  });

// What is started, in the order in which it is ended.
const servers: ChildProcess[] = [];
const others: ChildProcess[] = [];

/** Runs a program; resolves when it has printed what the pattern finds. Rejects where it ends before. */
const run = (
  kind: ChildProcess[],
  command: readonly [string, ...string[]],
  ready: RegExp,
): Promise<{ readonly child: ChildProcess; readonly found: readonly string[] }> =>
  new Promise((resolve, reject) => {
    const [program] = command;
    const child = start(command);
    kind.push(child);
    let out = '';
    child.on('error', (error) => reject(new Error(`${program} cannot be started: ${error.message}`)));
    child.on('exit', (code) => reject(new Error(`${program} ended with ${code}. ${out.trim()}`)));
    child.stdout?.on('data', (data) => {
      out += String(data);
      const found = ready.exec(out);
      if (found) resolve({ child, found });
    });
  });

const ended = (child: ChildProcess): Promise<unknown> =>
  child.exitCode !== null || child.signalCode !== null
    ? Promise.resolve()
    : new Promise((resolve) => child.once('exit', resolve));

const stop = async (child: ChildProcess): Promise<void> => {
  child.stdin?.end();
  await ended(child);
};

const startRedis = async (port: number): Promise<void> => {
  // What was answered is on disk: a second is all that `everysec` would lose, and that is enough to lose a message.
  const durable = ['--appendonly', 'yes', '--appendfsync', 'always', '--save', ''];
  const where = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder];
  await run(others, ['redis-server', ...where, ...durable], /Ready to accept connections/);
};

const startServer = (redis: number) =>
  run(
    servers,
    [
      process.execPath,
      here('../../bin/wirepact.js'),
      'serve',
      ...['--contract', here('../../asyncapi.yaml')],
      ...['--engine', `redis://127.0.0.1:${redis}`, '--port', '0', '--control', '0'],
      ...['--time-scale', values['time-scale'], '--quiet'],
    ],
    /pid (\d+)[\s\S]*ws:\/\/127\.0\.0\.1:(\d+)[\s\S]*control at (\S+)/,
  );

/** nginx says nothing when it listens, so that is asked over HTTP. */
const startNginx = async (ports: { readonly [standing: string]: number }): Promise<void> => {
  const conf = Object.entries(ports).reduce(
    (text, [standing, port]) => text.replaceAll(`127.0.0.1:${standing}`, `127.0.0.1:${port}`),
    readFileSync(here('nginx.conf'), 'utf8'),
  );
  writeFileSync(join(folder, 'nginx.conf'), conf);
  const { child } = await run(others, ['nginx', '-p', folder, '-c', join(folder, 'nginx.conf'), '-e', 'stderr'], /pid/);
  let failed = false;
  child.once('exit', () => {
    failed = true;
  });
  for (;;) {
    const isUp = await fetch(`http://127.0.0.1:${ports[8787]}/`).then(
      () => true,
      () => false,
    );
    if (failed) throw new Error('nginx ended; what it said stands above.');
    if (isUp) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};

const main = async (): Promise<void> => {
  try {
    const redisPort = await freePort();
    await startRedis(redisPort);
    const started = await Promise.all([startServer(redisPort), startServer(redisPort)]);
    const controls = await startControls(started.map(({ found }) => found[3]!));
    const [first, second] = started.map(({ found }) => Number(found[2]));
    await startNginx({ 8787: Number(values.port), 8788: first!, 8789: second!, 8790: controls.port });
    process.stdout.write(
      `listening on ws://127.0.0.1:${values.port}, processes ${started.map(({ found }) => found[1])}\n`,
    );
    await new Promise<void>((resolve) => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
    });
    controls.close();
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
  await Promise.all(servers.map(stop));
  await Promise.all(others.map(stop));
  rmSync(folder, { recursive: true, force: true });
};

await main();
