// An adapter as a process of the suite's own: commands on its standard input, lines on its standard output, its log kept for errors.
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Transport } from './adapter.ts';
import { AdapterError } from './protocol.ts';

const keptLog = 4000;

export interface ProcessOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** `command` is a list, or one line split at white space (quotes are kept together); no shell reads it. */
export function adapterProcess(command: string | readonly string[], options: ProcessOptions = {}): Transport {
  const words = typeof command === 'string' ? splitCommand(command) : command;
  const [program, ...args] = words;
  if (program === undefined) throw new AdapterError('The adapter command is empty.');
  let log = '';
  let child: ChildProcess | null = null;
  let isEnding = false;
  return {
    name: words.join(' '),
    write: (line) => void child?.stdin?.write(`${line}\n`),
    listen(onLine, onEnd) {
      // A group of its own: whatever the command starts (a browser) ends with it.
      child = spawn(program, args, {
        stdio: 'pipe',
        detached: process.platform !== 'win32',
        ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
        env: { ...process.env, ...options.env },
      });
      const told = (why: string) => {
        if (!isEnding) onEnd(`${why}${log.trim() === '' ? '' : `\nIts log:\n${log.trim()}`}`);
      };
      child.on('error', (error) => told(`The adapter could not be started: ${error.message}`));
      child.on('close', (code, signal) => told(`The adapter ended (${code ?? signal}) before it was told bye.`));
      child.stdin?.on('error', () => {});
      child.stderr?.on('data', (chunk: Buffer) => {
        log = (log + chunk.toString()).slice(-keptLog);
      });
      if (child.stdout) createInterface({ input: child.stdout, crlfDelay: Infinity }).on('line', onLine);
    },
    async end() {
      isEnding = true;
      if (child === null || child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
      const ended = new Promise<void>((resolve) => child?.once('exit', () => resolve()));
      child.stdin?.end();
      for (const [signal, withinMs] of [
        ['SIGTERM', 1000],
        ['SIGKILL', 2000],
      ] as const) {
        if (await settles(ended, withinMs)) return;
        signalGroup(child, signal);
      }
      await settles(ended, 2000);
    },
  };
}

function settles(promise: Promise<void>, withinMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), withinMs);
    void promise.then(() => {
      clearTimeout(timer);
      resolve(true);
    });
  });
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (process.platform === 'win32' || child.pid === undefined) child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch {
    // The group is gone already.
  }
}

function splitCommand(line: string): readonly string[] {
  return [...line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map((part) => part[1] ?? part[2] ?? part[3] ?? '');
}
