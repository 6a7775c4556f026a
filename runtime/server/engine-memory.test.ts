import { expect, it } from 'vitest';
import { memoryEngine } from './engine-memory.ts';
import { describeEngine } from './fixtures/engine-contract.ts';
import { FakeClock } from './fixtures/fake-clock.ts';

describeEngine('in memory', async (clock) => memoryEngine({ clock }));

it('keeps no more than asked for, however many came', async () => {
  const engine = memoryEngine({ clock: new FakeClock() });
  const publication = { channel: 'c', type: 't', room: null, except: null, cause: null };
  for (let n = 0; n < 5000; n++) {
    await engine.append({ stream: 's', topic: null, publication, text: ['', ''], timestamp: n, keep: 10 });
  }
  const { entries, oldest, head } = await engine.history('s', { after: 0 }, 10);
  expect([entries.length, oldest, head]).toEqual([10, 4991, 5000]);
  expect(entries.map(({ text }) => text)[0]).toBe('4991');
});
