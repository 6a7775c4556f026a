import { describe, expect, it, vi } from 'vitest';
import { distinctPairs, halfOf } from '../proof/catch.ts';
import { correctTrace, isLive, traceOf } from '../proof/live.ts';
import { scenes, shutdown } from '../proof/scenes.ts';
import { bundledStand, renamedStand } from '../proof/stand.ts';
import { faults } from './index.ts';

const stands = [bundledStand(), renamedStand()];

// FAULT=id,id: those alone. FAULTS=all: all of them, under both contracts. Else each operator once for each rule, under either.
const wanted = process.env.FAULT?.split(',');
const each = process.env.FAULTS === 'all' ? faults : [...new Set(distinctPairs(faults).map(({ fault }) => fault))];
const selected = wanted ? faults.filter(({ id }) => wanted.some((one) => id.includes(one))) : each;

// What it does shows in the output of the server, not to its clients.
const ofOutput = 'auth/token-in-log';

it(`${ofOutput} shows in what the server prints`, async () => {
  const printed: string[] = [];
  const [stand] = stands;
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => printed.push(String(text)) > 0);
  try {
    await traceOf(stand!, faults.find(({ id }) => id === ofOutput)!, shutdown, stand!.contract.channels[0]!);
  } finally {
    write.mockRestore();
  }
  expect(printed.join('')).toContain('eyJ');
});

describe.each(stands)('$name contract', (stand) => {
  describe('a correct server', () => {
    for (const name of Object.keys(scenes)) {
      it(`shows the same twice: ${name}`, async () => {
        for (const channel of stand.contract.channels) {
          const again = await traceOf(stand, null, scenes[name]!, channel);
          expect(again, channel.name).toEqual(await correctTrace(stand, name, channel));
        }
      });
    }
  });

  describe.concurrent('a fault', () => {
    const shown = selected.filter(({ id }) => id !== ofOutput);
    const isWhole = wanted !== undefined || process.env.FAULTS === 'all';
    for (const fault of isWhole ? shown : halfOf(stand, shown)) {
      it(`${fault.id} shows in what clients see`, async () => {
        expect(await isLive(stand, fault)).toBe(true);
      });
    }
  });
});
