// The server under test as a process of the suite's own: started on a free port, probed until ready, ended by its process group.
import { type ChildProcess, spawn } from 'node:child_process';
import { connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type StartCommand, TargetError } from './target.ts';

const keptOutput = 8000;
const keptTranscript = 16 * 1024 * 1024;

/** Time for the last output to arrive, where something that the server started outlives it and keeps the pipe open. */
const lastOutputMs = 1000;

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string')
    throw new TargetError('No free port could be found on 127.0.0.1.');
  return address.port;
}

/** Process groups to end with the suite, should it be ended from outside. */
const running = new Set<number>();

function endAll(): void {
  for (const pid of running) {
    try {
      process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
  }
  running.clear();
}

let watched = false;

/** A suite that is interrupted leaves no server behind. Installed only once there is one to end. */
function endWithSuite(pid: number): void {
  running.add(pid);
  if (watched) return;
  watched = true;
  process.on('exit', endAll);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      endAll();
      process.kill(process.pid, signal);
    });
  }
}

export class ServerProcess {
  readonly #start: StartCommand;
  readonly #env: Readonly<Record<string, string>>;
  /** Of the socket that has to accept before the server counts as ready. */
  readonly #probe: { readonly host: string; readonly port: number };
  #child: ChildProcess | null = null;
  #isLeft = false;
  #rising: Promise<void> | null = null;
  #output = '';
  readonly #transcript: string[] = [];
  #transcribed = 0;

  constructor(start: StartCommand, url: string, env: Readonly<Record<string, string>>) {
    this.#start = start;
    this.#env = env;
    const address = new URL(url);
    this.#probe = {
      host: address.hostname.replace(/^\[|\]$/g, ''),
      port: Number(address.port) || (address.protocol === 'wss:' ? 443 : 80),
    };
  }

  /** What it printed last, both streams. */
  get output(): string {
    return this.#output.slice(-keptOutput);
  }

  /** Everything it printed, over restarts too, both streams; at most 16 MiB from the start. */
  get transcript(): string {
    return this.#transcript.join('');
  }

  get isRunning(): boolean {
    return this.#child !== null && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** How it ended without being asked to; null: it runs, or was left down. */
  get crash(): string | null {
    if (this.#child === null || this.isRunning || this.#isLeft) return null;
    const { exitCode, signalCode } = this.#child;
    return exitCode === null ? `by ${signalCode}` : `with exit code ${exitCode}`;
  }

  async start(): Promise<void> {
    const [program, ...args] = this.#start.command;
    // A group of its own: whatever the command starts ends with it.
    const child = spawn(program as string, args, {
      cwd: this.#start.cwd,
      env: { ...process.env, ...this.#start.env, ...this.#env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: process.platform !== 'win32',
    });
    this.#child = child;
    const { pid } = child;
    if (pid !== undefined) {
      endWithSuite(pid);
      child.once('exit', () => running.delete(pid));
    }
    let failure: string | null = null;
    child.on('error', (error) => {
      failure = error.message;
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        const text = chunk.toString();
        this.#output = (this.#output + text).slice(-keptOutput * 2);
        if (this.#transcribed < keptTranscript) this.#transcript.push(text);
        this.#transcribed += text.length;
      });
    }
    const until = Date.now() + this.#start.ready.timeoutMs;
    for (;;) {
      if (failure !== null) throw new TargetError(`The start command could not be run: ${failure}`);
      if (!this.isRunning) {
        throw new TargetError(
          `The start command ended with ${child.exitCode ?? child.signalCode} before it was ready.${this.#shown()}`,
        );
      }
      if (await this.#isReady()) return;
      if (Date.now() > until) {
        await this.stop();
        throw new TargetError(
          `The server was not ready within ${this.#start.ready.timeoutMs} ms at ${this.#probe.host}:${this.#probe.port}. Is {port} passed to it, and is that the address on which it listens (localhost may be 127.0.0.1 or ::1)? target.start.ready.timeoutMs gives it longer.${this.#shown()}`,
        );
      }
      await sleep(50);
    }
  }

  /** SIGTERM, then SIGKILL after 12 s, to the whole group; resolves when it has ended and all that it printed was read. One that
   * was asked before has had its time. */
  async stop(signal: 'SIGTERM' | 'SIGKILL' = this.#isLeft ? 'SIGKILL' : 'SIGTERM'): Promise<void> {
    const child = this.#child;
    if (child === null || !this.isRunning) return;
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    const read = new Promise<void>((resolve) => child.once('close', () => resolve()));
    this.#signal(signal);
    const killer = setTimeout(() => this.#signal('SIGKILL'), 12_000);
    await ended;
    clearTimeout(killer);
    this.#signal('SIGKILL');
    await Promise.race([read, sleep(lastOutputMs, undefined, { ref: false })]);
  }

  /** SIGTERM to the process that was started alone, as a service manager sends it; nothing is waited for. */
  terminate(): void {
    this.#child?.kill('SIGTERM');
  }

  /** Whether it has ended within that time. */
  async ended(withinMs: number): Promise<boolean> {
    const until = Date.now() + withinMs;
    while (this.isRunning && Date.now() < until) await sleep(10);
    if (this.isRunning) return false;
    // What it started and left behind.
    this.#signal('SIGKILL');
    return true;
  }

  /** It was asked to end, and whoever needs it next has it started: see {@link up}. */
  leaveDown(): void {
    this.#rising = null;
    this.#isLeft = true;
  }

  /** Starts it where it was left down. */
  async up(): Promise<void> {
    if (!this.#isLeft) return;
    this.#rising ??= this.restart().then(() => {
      this.#isLeft = false;
    });
    await this.#rising;
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  #signal(signal: NodeJS.Signals): void {
    const pid = this.#child?.pid;
    if (pid === undefined) return;
    try {
      if (process.platform === 'win32') this.#child?.kill(signal);
      else process.kill(-pid, signal);
    } catch {
      // The group is gone already.
    }
  }

  async #isReady(): Promise<boolean> {
    const { url } = this.#start.ready;
    if (url !== undefined) {
      try {
        const response = await fetch(url, {
          signal: AbortSignal.timeout(1000),
        });
        return response.ok;
      } catch {
        return false;
      }
    }
    return await new Promise((resolve) => {
      const socket = connect(this.#probe.port, this.#probe.host);
      const answer = (open: boolean) => {
        socket.destroy();
        resolve(open);
      };
      socket.on('connect', () => answer(true));
      socket.on('error', () => answer(false));
      socket.setTimeout(1000, () => answer(false));
    });
  }

  #shown(): string {
    return this.output.trim() === '' ? ' It printed nothing.' : `\nIts last output:\n${this.output.trim()}`;
  }
}
