// Questions to a process of a benchmark, and its answers: one after the other, over the channel that Node gives a child.
import { type ChildProcess, fork } from 'node:child_process';

/** What a process may be asked, each with what it is given and what it answers. */
export interface Questions {
  readonly [name: string]: { readonly given: unknown; readonly answer: unknown };
}

export type Answers<Q extends Questions> = {
  readonly [N in keyof Q]: (given: Q[N]['given']) => Q[N]['answer'] | Promise<Q[N]['answer']>;
};

export interface Asked<Q extends Questions> {
  ask<N extends keyof Q & string>(name: N, given: Q[N]['given']): Promise<Q[N]['answer']>;
  readonly pid: number | undefined;
  stop(): Promise<void>;
}

/** Starts a program that answers. Rejects, also later, with what it wrote to standard error. */
export async function startProgram<Q extends Questions>(
  program: string,
  args: readonly string[] = [],
  execArgv: readonly string[] = ['--expose-gc'],
): Promise<Asked<Q>> {
  const child: ChildProcess = fork(program, [...args], {
    execArgv: [...execArgv],
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
  });
  let errors = '';
  child.stderr?.on('data', (data) => {
    errors += String(data);
  });
  const gone = new Promise<never>((_resolve, reject) => {
    child.on('exit', (code) => reject(new Error(`${program} ended with ${code}: ${errors.trim().slice(-2000)}`)));
  });
  // Whoever asks is told; nobody else waits for it.
  gone.catch(() => {});
  const next = (): Promise<unknown> =>
    Promise.race([gone, new Promise((resolve) => child.once('message', (message) => resolve(message)))]);
  await next();
  return {
    pid: child.pid,
    ask: async (name, given) => {
      const answered = next();
      child.send({ name, given });
      const { answer, error } = (await answered) as { answer?: unknown; error?: string };
      if (error !== undefined) throw new Error(`${name}: ${error}`);
      return answer as Q[typeof name]['answer'];
    },
    stop: async () => {
      child.disconnect();
      await gone.catch(() => {});
    },
  };
}

/** Answers what the parent asks, until it is gone. */
export function answerParent<Q extends Questions>(answers: Answers<Q>): void {
  process.on('message', (message) => {
    const { name, given } = message as { name: string; given: never };
    Promise.resolve()
      .then(() => answers[name]?.(given))
      .then(
        (answer) => process.send?.({ answer }),
        (error: unknown) => process.send?.({ error: error instanceof Error ? error.message : String(error) }),
      );
  });
  process.on('disconnect', () => process.exit(0));
  process.send?.('ready');
}
