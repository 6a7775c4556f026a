// What every server is asked alike: time of the processor, and memory.

import { setTimeout as pause } from 'node:timers/promises';
import type { Answers } from '../ask.ts';
import type { ServerQuestions } from '../crowd-questions.ts';

export const usageAnswers: Pick<Answers<ServerQuestions>, 'usage' | 'memory'> = {
  usage: () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  },
  memory: async () => {
    // Twice: what is freed by the first may hold what only the second finds.
    for (let time = 0; time < 2; time += 1) {
      globalThis.gc?.();
      await pause(100);
    }
    const { rss, heapUsed } = process.memoryUsage();
    return { rss, heap: heapUsed };
  },
};
