import { describe, expect, it, test } from 'vitest';
import { withoutRedis } from '../../runtime/server/fixtures/redis-server.ts';
import { judgeKept, judgeSequenced, type Witness } from './judge.ts';
import { runCluster } from './run.ts';
import { drawSteps, troubles } from './trouble.ts';

const seed = Number(process.env.WIREPACT_SOAK_SEED ?? 20_261_121);

test.skipIf(withoutRedis)(
  'two processes on one Redis lose nothing, whatever is killed',
  { timeout: 400_000 },
  async () => {
    const result = await runCluster({
      seed,
      members: 24,
      together: 6,
      troubles: troubles.length,
      everyMs: 1000,
      sayEveryMs: 500,
      sayAtMost: 90,
      timeScale: 0.1,
    });
    expect(result.findings, `WIREPACT_SOAK_SEED=${seed}`).toEqual([]);
    expect(result.acknowledged).toBeGreaterThan(100);
    expect(result.delivered).toBeGreaterThan(3 * result.acknowledged);
  },
);

it('meets every trouble before any comes again, the same for the same seed', () => {
  const steps = drawSteps(7, 2 * troubles.length, 1000);
  for (const half of [steps.slice(0, troubles.length), steps.slice(troubles.length)]) {
    expect(new Set(half.map(({ trouble }) => trouble))).toEqual(new Set(troubles));
  }
  expect(drawSteps(7, 12, 1000)).toEqual(steps);
  expect(drawSteps(8, 12, 1000)).not.toEqual(steps);
});

const witness = (name: string, texts: readonly string[], over: Partial<Witness> = {}): Witness => ({
  name,
  got: texts.map((text, index) => ({ seq: index + 1, text })),
  acknowledged: texts.filter((text) => text.startsWith(name)),
  refused: [],
  complaints: [],
  ...over,
});

describe('a room whose messages are numbered', () => {
  const texts = ['a 1', 'b 1', 'a 2'];
  const [a, b] = [witness('a', texts), witness('b', texts)];
  const without = (at: number) => a.got.filter((_, index) => index !== at);

  it('is whole where everyone has all, from the first on that it got', () => {
    expect(judgeSequenced('r', [a, b])).toEqual([]);
    expect(judgeSequenced('r', [a, { ...b, got: b.got.slice(1) }])).toEqual([]);
  });

  it.each([
    ['a message is lost in the middle', [{ ...a, got: without(1) }, b], 'numbers that do not follow'],
    ['the last one is lost', [{ ...a, got: without(2) }, b], 'a ends at 2, the room at 3'],
    ['one came twice', [{ ...a, got: [...a.got, a.got[2]!] }, b], 'numbers that do not follow'],
    ['a number was given twice', [witness('a', ['a 1', 'b 1', 'x 1']), b], 'number 3 is both "x 1" and "a 2"'],
    ['a message was stored twice', [witness('a', ['a 1', 'b 1', 'a 1'])], 'texts under two numbers: a 1'],
    ['two of one sender are swapped', [witness('a', ['a 2', 'a 1'])], 'texts out of their order: a 1'],
    ['a client told of a gap', [{ ...a, complaints: ['a gap from 1 to 2'] }, b], 'complaints of a: a gap'],
    ['nothing was ever acknowledged', [{ ...a, acknowledged: [] }], 'nobody had a message back'],
  ])('is not where %s', (_what, witnesses, says) => {
    expect(judgeSequenced('r', witnesses).join('\n')).toContain(says);
  });
});

describe('a room that keeps its messages', () => {
  const kept = ['a 1', 'b 1', 'a 2'];
  const [a, b] = [witness('a', ['a 1', 'a 2']), witness('b', kept)];

  it('is whole where what was acknowledged is kept once', () => {
    expect(judgeKept('r', kept, [a, b])).toEqual([]);
  });

  it.each([
    ['an acknowledged one is not kept', ['a 1', 'b 1'], [a], 'acknowledged texts of a that are not kept: a 2'],
    ['one is kept twice', [...kept, 'b 1'], [a, b], 'texts kept twice: b 1'],
    ['two of one sender are swapped', ['a 2', 'b 1', 'a 1'], [b], 'texts kept out of their order: a 1'],
    ['a refused one is kept', kept, [{ ...a, refused: ['b 1'] }], 'refused texts of a that are kept: b 1'],
    ['one is told twice', kept, [witness('a', ['a 1', 'a 1'])], 'texts told twice to a: a 1'],
    ['one is told that is not kept', kept, [witness('a', ['a 1', 'a 9'])], 'told to a and not kept: a 9'],
    [
      'they are told in another order',
      kept,
      [witness('a', ['b 1', 'a 1'])],
      'in another order than they are kept: a 1',
    ],
    ['nothing was acknowledged', kept, [{ ...a, acknowledged: [] }], 'nothing of a was ever acknowledged'],
  ])('is not where %s', (_what, texts, witnesses, says) => {
    expect(judgeKept('r', texts, witnesses).join('\n')).toContain(says);
  });
});
