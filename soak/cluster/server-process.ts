// One server process of a cluster, on a port of its own, that can be killed, ended by the contract, and started again.
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../examples/cluster/free-port.ts';

export interface ServerProcessOptions {
  /** Of `--engine`. */
  readonly engine: string;
  readonly timeScale: number;
}

const command = fileURLToPath(new URL('../../bin/wirepact.js', import.meta.url));
const contract = fileURLToPath(new URL('../../asyncapi.yaml', import.meta.url));

export class ServerProcess {
  readonly url: string;
  readonly #port: number;
  readonly #options: ServerProcessOptions;
  #child: ChildProcess | null = null;
  /** All that it has printed, of every life. */
  printed = '';

  private constructor(port: number, options: ServerProcessOptions) {
    this.#port = port;
    this.#options = options;
    this.url = `ws://127.0.0.1:${port}`;
  }

  static async start(options: ServerProcessOptions): Promise<ServerProcess> {
    const server = new ServerProcess(await freePort(), options);
    await server.run();
    return server;
  }

  get isRunning(): boolean {
    return this.#child !== null && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Resolves when it listens; rejects with what it printed where it ends before. */
  async run(): Promise<void> {
    const { engine, timeScale } = this.#options;
    const args = ['serve', '--contract', contract, '--engine', engine, '--time-scale', String(timeScale), '--quiet'];
    const child = spawn(process.execPath, [command, ...args, '--port', String(this.#port)], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    // Whoever started it may end before it does.
    const killed = (): boolean => child.kill('SIGKILL');
    process.once('exit', killed);
    child.once('exit', () => process.off('exit', killed));
    await new Promise<void>((resolve, reject) => {
      const note = (data: unknown): void => {
        this.printed += String(data);
      };
      child.once('error', reject);
      child.once('exit', (code) => reject(new Error(`The server ended with ${code}: ${this.printed}`)));
      child.stderr?.on('data', note);
      child.stdout?.on('data', (data) => {
        note(data);
        if (String(data).includes('listening')) resolve();
      });
    });
  }

  /** Nothing of it is left to say goodbye. */
  kill(): Promise<number | null> {
    return this.#end('SIGKILL');
  }

  /** Asks it to end by the contract. Resolves to its exit code; null: it was killed. */
  terminate(): Promise<number | null> {
    return this.#end('SIGTERM');
  }

  #end(signal: NodeJS.Signals): Promise<number | null> {
    const child = this.#child;
    if (child === null || !this.isRunning) return Promise.resolve(child?.exitCode ?? null);
    return new Promise((resolve) => {
      child.once('exit', resolve);
      child.kill(signal);
    });
  }
}
