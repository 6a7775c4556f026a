import { expect, test } from 'vitest';
import { remembered } from './remembered.ts';

test('works once for equal inputs, and again for others', () => {
  const worked: unknown[] = [];
  const double = remembered((input: { readonly value: number }) => {
    worked.push(input);
    return { value: 2 * input.value };
  });
  expect(double({ value: 1 })).toEqual({ value: 2 });
  expect(double({ value: 1 })).toEqual({ value: 2 });
  expect(double({ value: 2 })).toEqual({ value: 4 });
  expect(worked).toEqual([{ value: 1 }, { value: 2 }]);
});

test('forgets what was not asked for the longest', () => {
  let works = 0;
  const count = remembered((_input: number) => {
    works += 1;
    return works;
  });
  for (let input = 0; input < 200; input += 1) count(input);
  count(0);
  count(200);
  expect(works).toBe(201);
  count(0);
  expect(works).toBe(201);
  count(1);
  expect(works).toBe(202);
});

test('does not remember what was thrown', () => {
  let works = 0;
  const fail = remembered((_input: number): number => {
    works += 1;
    throw new Error('no');
  });
  expect(() => fail(1)).toThrow('no');
  expect(() => fail(1)).toThrow('no');
  expect(works).toBe(2);
});
