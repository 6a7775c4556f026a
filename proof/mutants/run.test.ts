import { expect, it } from 'vitest';
import { drawMutants } from './run.ts';

const keys = (count: number, seed: number): readonly string[] => drawMutants(count, seed).map(({ key }) => key);

it('draws the same ones for the same seed, others for another, and more where more are asked for', () => {
  const drawn = keys(40, 1);
  expect(new Set(drawn).size).toBe(40);
  expect(keys(40, 1)).toEqual(drawn);
  expect(keys(40, 2)).not.toEqual(drawn);
  expect(keys(80, 1)).toEqual(expect.arrayContaining([...drawn]));
});

it('draws from both runtimes and from the handlers', () => {
  const folders = new Set(drawMutants(40, 1).map(({ file }) => file.split('/').slice(0, -1).join('/')));
  expect(folders).toEqual(new Set(['runtime/server', 'runtime/client', 'reference-server']));
});
