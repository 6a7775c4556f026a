import { describe, expect, it } from 'vitest';
import { lobbyContract } from './fixtures/lobby.ts';
import { lanesOf } from './lanes.ts';
import type { Planned } from './plan.ts';
import type { Case, Lane, Rule } from './rule.ts';

const [lobby] = lobbyContract.channels;
if (lobby === undefined) throw new Error('the fixture has a channel');
/** Everybody connected to it hears what is said there. */
const hall = { ...lobby, name: 'hall', room: null };

function planned(name: string, lane: Lane | 'server', timeoutMs = 0, channel = lobby): Planned {
  const one: Case = {
    channel: name,
    level: 'MUST',
    source: { pointer: '', line: 1 },
    lane: lane === 'server' ? 'exclusive' : lane,
    ...(lane === 'server' ? { needs: { start: true } } : {}),
    timeoutMs,
    run: async () => {},
  };
  const rule: Rule = { id: 'delivery/x', level: 'MUST', role: 'server', sentence: 'x', cases: () => [one] };
  return { rule, channel: channel ?? hall, instance: name, one };
}

const names = (cases: readonly Planned[]) => cases.map(({ instance }) => instance);

describe('the lanes of a run', () => {
  it('start with the longest quiet case, and keep the order of equally long ones', () => {
    const lanes = lanesOf([planned('a', 'quiet', 5), planned('b', 'quiet', 30), planned('c', 'quiet', 5)]);
    expect(names(lanes.quiet)).toEqual(['b', 'a', 'c']);
  });

  it('keep the cases of a channel that everybody hears in a row of their own', () => {
    const lanes = lanesOf([
      planned('a', 'parallel', 0, hall),
      planned('b', 'quiet', 0, hall),
      planned('c', 'parallel'),
    ]);
    expect(lanes.rows.map((row) => [names(row.quiet), names(row.parallel)])).toEqual([[['b'], ['a']]]);
    expect(names(lanes.parallel)).toEqual(['c']);
    expect(lanes.quiet).toEqual([]);
  });

  it('give each channel a row of exclusive cases, the channel that everybody hears last', () => {
    const lanes = lanesOf([
      planned('a', 'exclusive', 0, hall),
      planned('b', 'exclusive'),
      planned('c', 'exclusive', 0, hall),
      planned('d', 'exclusive'),
    ]);
    expect(lanes.exclusive.map(names)).toEqual([
      ['b', 'd'],
      ['a', 'c'],
    ]);
  });

  it('keep what ends the server for the end', () => {
    const lanes = lanesOf([planned('a', 'server'), planned('b', 'exclusive')]);
    expect(names(lanes.server)).toEqual(['a']);
    expect(lanes.exclusive.map(names)).toEqual([['b']]);
  });

  it('carry out nothing that is not applicable', () => {
    const lanes = lanesOf([{ ...planned('a', 'parallel'), one: null }]);
    expect(names(lanes.idle)).toEqual(['a']);
    expect(lanes.parallel).toEqual([]);
  });
});
