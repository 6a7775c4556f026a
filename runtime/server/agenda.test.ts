import { expect, it } from 'vitest';
import { Agenda, Entry } from './agenda.ts';
import { FakeClock } from './fixtures/fake-clock.ts';

class Noted extends Entry {
  readonly #name: string;
  readonly #told: string[];
  readonly #then: () => void;

  constructor(name: string, told: string[], then = (): void => {}) {
    super();
    this.#name = name;
    this.#told = told;
    this.#then = then;
  }

  due(): void {
    this.#told.push(this.#name);
    this.#then();
  }
}

const start = () => {
  const clock = new FakeClock();
  return { clock, agenda: new Agenda(clock), told: [] as string[] };
};

it('calls each when it is due, in order, by one timer', () => {
  const { clock, agenda, told } = start();
  for (const ms of [50, 10, 40, 10, 30, 20, 60]) agenda.enter(new Noted(String(ms), told), ms);
  expect(clock.pending).toBe(1);
  clock.advance(9);
  expect(told).toEqual([]);
  clock.advance(1);
  expect(told).toEqual(['10', '10']);
  clock.advance(50);
  expect(told).toEqual(['10', '10', '20', '30', '40', '50', '60']);
  expect(clock.pending).toBe(0);
});

it('agrees with a sorted list, whatever is entered, moved and taken out', () => {
  const { clock, agenda, told } = start();
  const entries = Array.from({ length: 200 }, (_, index) => new Noted(String(index), told));
  // Numbers that go round a prime look as good as any.
  for (const [index, entry] of entries.entries()) agenda.enter(entry, (index * 7919) % 1009);
  for (const [index, entry] of entries.entries()) if (index % 3 === 0) agenda.enter(entry, (index * 104_729) % 1013);
  for (const [index, entry] of entries.entries()) if (index % 5 === 0) agenda.cancel(entry);
  const expected = entries.filter(({ place }) => place >= 0).map(({ dueAt }) => dueAt);
  clock.advance(2000);
  expect(told).toHaveLength(expected.length);
  expect(told.map((name) => entries[Number(name)]?.dueAt)).toEqual(expected.sort((a, b) => a - b));
  expect(new Set(told).size).toBe(told.length);
});

it('takes entries while it calls: again, and what is due at once', () => {
  const { clock, agenda, told } = start();
  const again: Noted = new Noted('again', told, () => {
    if (told.length === 1) agenda.enter(again, 10);
    agenda.enter(new Noted('at once', told), 0);
  });
  agenda.enter(again, 10);
  clock.advance(10);
  expect(told).toEqual(['again', 'at once']);
  clock.advance(10);
  expect(told).toEqual(['again', 'at once', 'again', 'at once']);
});

it('waits for nothing when all is taken out, and takes out what is not in', () => {
  const { clock, agenda, told } = start();
  const one = new Noted('one', told);
  agenda.enter(one, 10);
  agenda.cancel(one);
  agenda.cancel(one);
  expect(clock.pending).toBe(0);
  clock.advance(100);
  expect(told).toEqual([]);
});

it('goes on after one that throws', () => {
  const { clock, agenda, told } = start();
  const failing = new Noted('failing', told, () => {
    throw new Error('no');
  });
  agenda.enter(failing, 10);
  agenda.enter(new Noted('next', told), 10);
  expect(() => clock.advance(10)).toThrow('no');
  clock.advance(0);
  expect(told).toEqual(['failing', 'next']);
});
