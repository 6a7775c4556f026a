// In what order and beside what the cases of a run are carried out: lanes, each with the longest first.
import type { Channel } from '../scripts/model.ts';
import { isCrowded } from './harness/sharing.ts';
import type { Planned } from './plan.ts';
import type { Case } from './rule.ts';
import { isMonitor } from './run-case.ts';

/** A planned case that is carried out. */
export interface Due extends Planned {
  readonly one: Case;
}

/** What one case of a channel does everybody there sees: its cases follow one another, the quiet ones before the others. */
export interface Row {
  readonly quiet: readonly Due[];
  readonly parallel: readonly Due[];
}

export interface Lanes {
  /** Beside any other case. */
  readonly parallel: readonly Due[];
  /** Measure time: all beside one another, from the start. */
  readonly quiet: readonly Due[];
  readonly rows: readonly Row[];
  /** Have their channel to themselves: a row each channel. */
  readonly exclusive: readonly (readonly Due[])[];
  /** End or restart the server: nothing else runs meanwhile. */
  readonly server: readonly Due[];
  /** Not applicable, and monitors, which judge when all is over. */
  readonly idle: readonly Planned[];
}

export function isDue(planned: Planned): planned is Due {
  return planned.one !== null && !isMonitor(planned.one);
}

/** Ms, unscaled; what a case does not say is short. */
function length({ one }: Due): number {
  return one.timeoutMs ?? 0;
}

/** Keeps the order of those that are equally long. */
function longestFirst(cases: readonly Due[]): readonly Due[] {
  return [...cases].sort((left, right) => length(right) - length(left));
}

function byChannel(cases: readonly Due[]): ReadonlyMap<Channel, readonly Due[]> {
  const channels = [...new Set(cases.map(({ channel }) => channel))];
  return new Map(channels.map((channel) => [channel, cases.filter((one) => one.channel === channel)]));
}

export function lanesOf(planned: readonly Planned[]): Lanes {
  const due = planned.filter(isDue);
  const laneOf = ({ one }: Due) =>
    one.lane === 'exclusive' && one.needs?.start === true ? 'server' : (one.lane ?? 'parallel');
  const inLane = (lane: ReturnType<typeof laneOf>) => due.filter((one) => laneOf(one) === lane);
  const rows = new Map<Channel, { quiet: Due[]; parallel: Due[] }>();
  for (const one of due) {
    const lane = laneOf(one);
    if (!isCrowded(one.channel) || (lane !== 'quiet' && lane !== 'parallel')) continue;
    const row = rows.get(one.channel) ?? { quiet: [], parallel: [] };
    row[lane].push(one);
    rows.set(one.channel, row);
  }
  const exclusive = [...byChannel(inLane('exclusive'))];
  // A crowded channel is the last to be free of its other cases.
  exclusive.sort(([left], [right]) => Number(isCrowded(left)) - Number(isCrowded(right)));
  return {
    parallel: inLane('parallel').filter(({ channel }) => !isCrowded(channel)),
    quiet: longestFirst(inLane('quiet').filter(({ channel }) => !isCrowded(channel))),
    rows: [...rows.values()].map(({ quiet, parallel }) => ({ quiet: longestFirst(quiet), parallel })),
    exclusive: exclusive.map(([, cases]) => cases),
    server: inLane('server'),
    idle: planned.filter((one) => !isDue(one)),
  };
}
