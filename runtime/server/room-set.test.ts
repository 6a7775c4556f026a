import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Rooms } from './rooms.ts';

it('is a set of texts, whatever is put in and taken out', () => {
  const room = fc.constantFrom('', 'a', 'b', 'c');
  const change = fc.record({ what: fc.constantFrom('add' as const, 'delete' as const), room });
  fc.assert(
    fc.property(fc.array(change, { maxLength: 12 }), (changes) => {
      const [own, plain] = [new Rooms(), new Set<string>()];
      for (const { what, room } of changes) {
        const [got, expected] = [own[what](room), plain[what](room)];
        if (what === 'delete') expect(got).toBe(expected);
        expect([...own]).toEqual([...plain]);
        expect(own.size).toBe(plain.size);
        for (const one of ['', 'a', 'b', 'c']) expect(own.has(one)).toBe(plain.has(one));
      }
      const seen: string[] = [];
      own.forEach((one) => {
        seen.push(one);
      });
      expect([seen, [...own.keys()], [...own.entries()]]).toEqual([
        [...plain],
        [...plain.keys()],
        [...plain.entries()],
      ]);
    }),
  );
});
