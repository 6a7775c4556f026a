import { expect, it } from 'vitest';
import { Clock } from './harness/clock.ts';
import type { Case } from './rule.ts';
import { limitMsOf } from './run-case.ts';
import { targetFromUrl } from './target/target.ts';

const target = targetFromUrl('ws://127.0.0.1:9');
const source = { pointer: '/channels/hall', line: 1 };
const long: Case = { channel: 'hall', level: 'MUST', source, timeoutMs: 60_000, run: async () => {} };
const short: Case = { channel: 'hall', level: 'MUST', source, run: async () => {} };

it('gives a case its scaled time and ten seconds at a server that answers at once', () => {
  const clock = new Clock({ timeScale: 0.05 });
  clock.rtt.add(2);
  expect(limitMsOf(long, { clock, target })).toBe(13_000);
  expect(limitMsOf(short, { clock, target })).toBe(target.run.timeoutMs);
});

it('gives a case longer at a server that is far away, though not without end', () => {
  const clock = new Clock({ timeScale: 0.05 });
  clock.delivery.add(50);
  expect(limitMsOf(long, { clock, target })).toBe(53_000);
  expect(limitMsOf(short, { clock, target })).toBe(target.run.timeoutMs * 5);
  for (let n = 0; n < 3; n += 1) clock.delivery.add(5000);
  expect(limitMsOf(long, { clock, target })).toBe(123_000);
});
