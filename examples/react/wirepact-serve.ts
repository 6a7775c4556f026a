// Starts `wirepact serve` for the application: the bundled protocols, and the door by which the back end publishes.
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface Wirepact {
  /** `ws://host:port` */
  readonly url: string;
  /** `http://127.0.0.1:port` */
  readonly control: string;
  readonly process: ChildProcess;
  stop(): void;
}

const program = fileURLToPath(new URL('../../bin/wirepact.js', import.meta.url));
const contract = fileURLToPath(new URL('../../asyncapi.yaml', import.meta.url));

/** Resolves when it listens. Ports are free ones where none are given. */
export async function startWirepact(port = 0, control = 0, engine = 'memory'): Promise<Wirepact> {
  const options = [
    '--contract',
    contract,
    '--port',
    `${port}`,
    '--control',
    `${control}`,
    '--engine',
    engine,
    '--quiet',
  ];
  const child = spawn(process.execPath, [program, 'serve', ...options], { stdio: ['ignore', 'pipe', 'ignore'] });
  const found: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    found.push(...(/(?:listening on|control at) (\S+)/.exec(line)?.slice(1) ?? []));
    if (found.length === 2) break;
  }
  const [url, door] = found;
  if (url === undefined || door === undefined)
    throw new Error('wirepact serve did not start: run it by hand to see why.');
  return { url, control: door, process: child, stop: () => void child.kill() };
}
