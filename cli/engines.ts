// Which engine `--engine` names.
import {
  consoleLog,
  type Engine,
  type Log,
  memoryEngine,
  redisEngine,
  sqliteEngine,
  systemClock,
} from '../runtime/server/index.ts';
import { UsageError } from './exit-codes.ts';

const clock = systemClock;

/** How long a process that says nothing counts as living, ms: well within the time in which presence is right again. */
const leaseMs = 20_000;
/** A busy process is late by so much, ms, and is not gone. */
const shortestLeaseMs = 4000;

/** What each kind is followed by, and how it is opened. */
const engines: {
  readonly [kind: string]: {
    readonly rest: string;
    open(rest: string, log: Log, timeScale: number): Engine | Promise<Engine>;
  };
} = {
  memory: { rest: '', open: () => memoryEngine({ clock }) },
  sqlite: { rest: ':FILE', open: (file) => sqliteEngine({ file, clock }) },
  redis: {
    rest: ':URL',
    open: (url, log, timeScale) =>
      redisEngine({
        url: /^rediss?:/.test(url) ? url : `redis:${url}`,
        clock,
        log,
        // What the contract gives presence for its recovery is scaled too.
        leaseMs: Math.max(leaseMs * timeScale, shortestLeaseMs),
      }),
  },
};

/** What may be given. */
export const engineForms: readonly string[] = Object.entries(engines).map(([kind, { rest }]) => `${kind}${rest}`);

/** Rejects with a {@link UsageError} for an unknown one, and for one that cannot be opened. */
export async function openEngine(text: string, log: Log = consoleLog, timeScale = 1): Promise<Engine> {
  const [kind = '', ...rest] = text.split(':');
  const engine = Object.hasOwn(engines, kind) ? engines[kind] : undefined;
  const place = rest.join(':');
  if (engine === undefined || (place === '') !== (engine.rest === '')) {
    throw new UsageError(`There is no engine "${text}". Known: ${engineForms.join(', ')}.`);
  }
  try {
    return await engine.open(place, log, timeScale);
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
