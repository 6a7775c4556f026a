import { expect, it } from 'vitest';
import { mutantsOf } from './mutate.ts';

const source = `import { x } from './x.ts';
export const f = (n: number): boolean => {
  if (n > 3 && x) { call(n); return true; }
  return n < 1000;
};
`;

it('changes one place at a time, and each change is one that can be found again', () => {
  const mutants = mutantsOf('a.ts', source);
  const changes = mutants.map(({ operator }) => operator);
  expect(new Set(changes)).toEqual(
    new Set([
      'empty block',
      'negate condition',
      'flip &&',
      'flip >',
      'one more',
      'double',
      'flip <',
      'drop statement',
      'return nothing',
      'other truth',
    ]),
  );
  expect(new Set(mutants.map(({ key }) => key)).size).toBe(mutants.length);
  expect(mutantsOf('a.ts', source)).toEqual(mutants);
  expect(mutants.find(({ operator }) => operator === 'flip >')!.code).toContain('(n) >= (3) && x');
  expect(mutantsOf('a.ts', `${source}export const more = 1 < 2;`).map(({ key }) => key)).toEqual(
    expect.arrayContaining(mutants.map(({ key }) => key)),
  );
});
