// What goes wrong meanwhile: a schedule drawn from a seed, every kind at least once, done to processes, Redis and connections.
import { setTimeout as wait } from 'node:timers/promises';
import { Random } from '../../conformance/pair/random.ts';
import type { FaultProxy } from '../../conformance/proxy/index.ts';
import type { RedisServer } from '../../runtime/server/fixtures/redis-server.ts';
import type { ServerProcess } from './server-process.ts';

export interface Cluster {
  readonly redis: RedisServer;
  readonly processes: readonly ServerProcess[];
  /** One before each process. */
  readonly proxies: readonly FaultProxy[];
}

export const troubles = ['kill-process', 'end-process', 'restart-redis', 'cut', 'half-open', 'slow'] as const;
export type Trouble = (typeof troubles)[number];

export interface Step {
  readonly afterMs: number;
  readonly trouble: Trouble;
  /** Which process, or the proxy before it. */
  readonly index: number;
  /** How long it lasts, where it lasts. */
  readonly forMs: number;
}

/** @param count of steps; the kinds in an order drawn by lot, again and again */
export const drawSteps = (seed: number, count: number, everyMs: number): readonly Step[] => {
  const random = new Random(seed, 'trouble');
  let left: Trouble[] = [];
  return Array.from({ length: count }, () => {
    if (left.length === 0) left = [...troubles];
    const [trouble = 'cut'] = left.splice(random.between(0, left.length - 1), 1);
    return {
      afterMs: random.between(Math.floor(everyMs / 2), Math.ceil(everyMs * 1.5)),
      trouble,
      index: random.between(0, 1),
      forMs: random.between(100, 2500),
    };
  });
};

/** Resolves when it is over: what was ended runs again. */
export const inflict = async ({ redis, processes, proxies }: Cluster, step: Step): Promise<void> => {
  const server = processes[step.index]!;
  const proxy = proxies[step.index]!;
  switch (step.trouble) {
    case 'kill-process':
      await server.kill();
      await wait(step.forMs);
      await server.run();
      break;
    case 'end-process': {
      const code = await server.terminate();
      if (code !== 0) throw new Error(`A process that was asked to end did so with ${code}: ${server.printed}`);
      await server.run();
      break;
    }
    case 'restart-redis':
      await redis.kill();
      await wait(step.forMs);
      await redis.run();
      break;
    case 'cut':
      proxy.cut('reset');
      break;
    case 'half-open':
      proxy.halfOpen('both');
      break;
    case 'slow':
      proxy.delay('to-client', 50);
      proxy.slice('to-server', 3);
      await wait(step.forMs);
      proxy.heal();
  }
};
