// How times are taken: in processes of their own, by turns with the peer, as medians.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

export function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}

/** Medians in milliseconds of tasks that take turns, so that a busy machine is as busy for each of them. */
export async function inTurns(rounds: number, tasks: readonly (() => Promise<void>)[]): Promise<readonly number[]> {
  const times = tasks.map((): number[] => []);
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, task] of tasks.entries()) {
      const start = performance.now();
      await task();
      times[index]?.push(performance.now() - start);
    }
  }
  return times.map(median);
}

/** Throws with what it printed where it ends with a code that is not among `codes`. */
export async function runCommand(
  command: readonly string[],
  codes: readonly number[] = [0],
  cwd: string = root,
): Promise<string> {
  const [program = '', ...args] = command;
  const child = spawn(program, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (text += String(chunk)));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  if (code === null || !codes.includes(code)) {
    throw new Error(`${command.join(' ')} ended with ${code}: ${text.trim().split('\n').slice(-5).join(' | ')}`);
  }
  return text;
}
