import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { EnvironmentEvent } from './environment.ts';
import { board, feed, talk } from './fixtures/tables.ts';
import { reduce } from './reducer.ts';
import { type ClientEvent, initialState, type State, type Timer } from './state.ts';
import { type Cause, type Phase, transitions } from './transitions.ts';

const phaseOf = ({ name, step }: State): Phase => (step && step !== 'disposed' ? step : (name as Phase));

const phases = Object.keys(transitions) as Phase[];
const timers: Timer[] = ['retry', 'step', 'ready', 'stable', 'ping', 'dead', 'gap', 'drain'];
const pageEvents: EnvironmentEvent[] = ['online', 'offline', 'visible', 'hidden', 'pagehide', 'pageshow'];
const causes: Cause[] = [
  'connect',
  'close',
  'dispose',
  'token',
  'opened',
  'closed',
  'message',
  'send',
  'abort',
  ...timers.map((timer) => `tick/${timer}` as const),
  ...pageEvents,
];

/** One way into each phase. */
const paths: { readonly [P in Phase]: (epoch: number) => ClientEvent[] } = {
  idle: () => [],
  token: () => [['connect', true, false]],
  socket: () => [...paths.token(1), ['token', 2]],
  connected: () => [...paths.socket(1), ['opened', 2]],
  wait: () => [...paths.connected(1), ['closed', 2, 1006]],
  closing: () => [...paths.connected(1), ['close']],
  closed: () => [...paths.connected(1), ['closed', 2, 1008]],
};

function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const member of Object.values(value)) freeze(member);
  }
  return value;
}

/** Every step from a frozen state: a reducer that changed what it was given would throw. */
const step = (state: State, event: ClientEvent, now: number): State =>
  freeze(reduce(freeze(state), event, now, () => 0.5).state);

function enter(phase: Phase, table = feed): State {
  return paths[phase](1).reduce((state, event) => step(state, event, 0), initialState(table));
}

/** The events of a cause, for a state; a timer is made due. */
function apply(state: State, cause: Cause, lateMs = 0): State {
  const now = 1000;
  const { epoch } = state;
  if (cause.startsWith('tick/')) {
    const timer = cause.slice(5) as Timer;
    return step({ ...state, due: timer in state.due ? { [timer]: now - lateMs } : {} }, ['tick', 0], now);
  }
  if (pageEvents.some((event) => event === cause)) return step(state, ['environment', cause as EnvironmentEvent], now);
  const events: { [kind: string]: ClientEvent } = {
    connect: ['connect', true, false],
    close: ['close'],
    dispose: ['dispose'],
    token: ['token', epoch],
    opened: ['opened', epoch],
    closed: ['closed', epoch, 1006],
    message: ['message', epoch, 'NEWS', { type: 'NEWS' }],
    send: ['send', 1, 'NOTE', {}, false, undefined, 0],
    abort: ['abort', 1],
  };
  return step(state, events[cause]!, now);
}

describe.each(phases)('%s', (phase) => {
  test.each(causes)('%s', (cause) => {
    const before = enter(phase);
    expect(phaseOf(before)).toBe(phase);
    const after = apply(before, cause);
    const listed = transitions[phase][cause];
    if (listed) expect(listed).toContain(phaseOf(after));
    else expect([phaseOf(after), after.epoch, after.reason]).toEqual([phase, before.epoch, before.reason]);
  });
});

test.each(['message', 'opened', 'closed', 'token'] as const)('%s of another connection changes nothing', (cause) => {
  for (const phase of phases) {
    const before = enter(phase);
    const { state, effects } = reduce(before, [cause, before.epoch - 1, 1006] as ClientEvent, 1000, () => 0.5);
    expect(effects).toEqual([]);
    for (const name of Object.keys(initialState(feed)) as (keyof State)[]) expect(state[name]).toBe(before[name]);
  }
});

test('runs take the listed transitions, each of them, and no other', () => {
  const taken = new Set<string>();
  const flaky = { ...feed, reconnect: { ...feed.reconnect, attempts: 0 } };
  const steps = fc.record({
    pick: fc.nat(),
    any: fc.boolean(),
    code: fc.constantFrom(1006, 1008, 4001),
    isLate: fc.boolean(),
  });
  fc.assert(
    fc.property(
      fc.constantFrom(feed, board, talk, flaky),
      fc.array(steps, { minLength: 150, maxLength: 150 }),
      (table, run) => {
        let state = initialState(table);
        for (const { pick, any, code, isLate } of run) {
          const before = phaseOf(state);
          const heard = any ? causes : (Object.keys(transitions[before]) as Cause[]);
          const cause = heard[pick % heard.length]!;
          if (cause === 'closed') state = step(state, ['closed', state.epoch, code], 1000);
          else if (cause === 'token' && isLate) state = step(state, ['token', state.epoch, new Error('no')], 1000);
          else state = apply(state, cause, isLate ? 100000 : 0);
          // For good; the runs go on.
          if (cause === 'dispose') state = { ...state, step: undefined };
          const after = phaseOf(state);
          if (transitions[before][cause]) taken.add(`${before} ${cause} ${after}`);
          if (after !== before) expect(transitions[before][cause] ?? []).toContain(after);
        }
      },
    ),
    // Whether every transition is among the runs must not depend on chance.
    { numRuns: 500, seed: 7 },
  );
  const listed = phases.flatMap((phase) =>
    Object.entries(transitions[phase]).flatMap(([cause, to]) => to.map((target) => `${phase} ${cause} ${target}`)),
  );
  expect(listed.filter((one) => !taken.has(one))).toEqual([]);
});
