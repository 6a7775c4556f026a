// What many schedules say about each rule: one result a rule and channel, which names the seed that breaks it and how to play it again.
import type { Channel, Contract } from '../../scripts/model.ts';
import { pairRules } from '../pair-rules/index.ts';
import type { PairCase, PairRule } from '../pair-rules/pair-rule.ts';
import { type PlannedRow, resultOf } from '../plan.ts';
import { type CaseResult, instanceId, type TraceFrame } from '../result.ts';
import { Failed, type NotTestable } from '../rule.ts';
import { resultOfError } from '../run-case.ts';
import { matchesGlob } from '../run-options.ts';
import type { PairHistory } from './history.ts';
import type { PairRunOptions } from './run.ts';
import { describeSchedule, type Schedule } from './schedule.ts';

interface Row extends PlannedRow {
  readonly rule: PairRule;
  /** Null: not applicable. */
  readonly one: PairCase | null;
  held: number;
  readonly broken: { readonly schedule: Schedule; readonly error: Failed; readonly frames: readonly TraceFrame[] }[];
  lacking: NotTestable | null;
}

export class Verdicts {
  /** Those that the run is asked for. */
  readonly channels: readonly Channel[];
  /** Of the schedule judged last, for progress. */
  last: CaseResult | null = null;
  #rows: readonly Row[];
  readonly #command: string | undefined;
  readonly #figures = new Map<string, number>();
  #tookMs = 0;

  constructor(contract: Contract, { channels, rules = [], command, from = pairRules }: PairRunOptions) {
    this.#command = command;
    this.channels = contract.channels.filter(({ name }) => channels === undefined || channels.includes(name));
    const rows = from.flatMap((rule) =>
      this.channels.map((channel): Row => {
        const [one = null] = rule.cases(contract, channel);
        return { rule, channel, instance: instanceId(rule.id, channel.name), one, held: 0, broken: [], lacking: null };
      }),
    );
    this.#rows =
      rules.length === 0
        ? rows
        : rows.filter(({ rule, instance }) =>
            rules.some((glob) => matchesGlob(glob, rule.id) || matchesGlob(glob, instance)),
          );
  }

  /** Leaves out the channels that are not served, or not spoken. */
  keep(channels: readonly Channel[]): void {
    this.#rows = this.#rows.filter(({ channel }) => channels.includes(channel));
  }

  judge(history: PairHistory, tookMs: number): void {
    this.#tookMs += tookMs;
    this.#count(history);
    let worst: CaseResult | null = null;
    for (const row of this.#rows.filter(({ channel }) => channel === history.channel)) {
      if (row.one === null) continue;
      try {
        if (row.one.judge(history) === 'held') row.held += 1;
      } catch (error) {
        if (!(error instanceof Failed)) throw error;
        row.broken.push({
          schedule: history.schedule,
          error,
          frames: row.broken.length === 0 ? framesOf(history) : [],
        });
        worst ??= this.#resultOf(row);
      }
      this.last = worst ?? resultOf(row, { verdict: 'pass', durationMs: Math.round(tookMs) });
    }
  }

  lacking(channel: Channel, error: NotTestable): void {
    for (const row of this.#rows) if (row.channel === channel) row.lacking = error;
  }

  results(): readonly CaseResult[] {
    return this.#rows.map((row) => this.#resultOf(row));
  }

  /** What was done to the pairs, in numbers. */
  notes(): readonly string[] {
    const figures = [...this.#figures].sort(([left], [right]) => left.localeCompare(right));
    return [`Pairs: ${figures.map(([name, count]) => `${count} ${name}`).join(', ')}.`];
  }

  #resultOf(row: Row): CaseResult {
    const { one, held, broken, lacking } = row;
    if (one === null) return resultOf(row, { verdict: 'not-applicable' });
    const [first] = broken;
    if (first !== undefined) {
      const { schedule, error, frames } = first;
      const again = `--channel ${schedule.channel} --seed ${schedule.seed} --schedules 1`;
      const told = [
        error.observed,
        `seed ${schedule.seed}${broken.length > 1 ? ` (and ${broken.length - 1} more: ${moreSeeds(broken)})` : ''}: ${describeSchedule(schedule)}`,
        `again: ${this.#command ?? 'wirepact test pair'} ${again}`,
      ];
      const level = error.level === undefined ? {} : { level: error.level };
      const reason = error.reason === undefined ? {} : { reason: error.reason };
      const failed = new Failed(error.expected, told.join('\n'), { ...level, ...reason, frames });
      return resultOfError(row, one.level, failed, { durationMs: 0, frames, clean: (text) => text });
    }
    if (held > 0) return resultOf(row, { verdict: 'pass' });
    return resultOf(row, {
      verdict: 'not-testable',
      reason: lacking?.message ?? 'No schedule gave the rule anything to hold for.',
      needs: lacking?.needs ?? ['more schedules: --schedules', 'hooks.publish, where only the server sends'],
    });
  }

  #count({ schedule, told, recoveries, connections, asked, watched, isSpent, isComplete }: PairHistory): void {
    const add = (name: string, count: number) => this.#figures.set(name, (this.#figures.get(name) ?? 0) + count);
    add('schedules', 1);
    add('connections', connections.length);
    add('faults', schedule.steps.filter(({ do: what }) => !noFaults.includes(what)).length);
    add('recoveries', recoveries.length);
    add('sends and requests', asked.length);
    add('messages in the rooms', watched.length);
    add('gaps told', told.filter(({ event }) => event === 'gap').length);
    if (isSpent) add('out of attempts', 1);
    if (!isComplete) add('not played to the end', 1);
  }
}

const noFaults: readonly string[] = ['send', 'request', 'publish', 'pause', 'heal', 'recover'];

function moreSeeds(broken: Row['broken']): string {
  const seeds = broken.slice(1, 6).map(({ schedule }) => schedule.seed);
  return `${seeds.join(', ')}${broken.length > 6 ? ', ...' : ''}`;
}

/** Both legs of every connection, as a report shows them. What was recorded has no address, and so no token. */
function framesOf({ connections }: PairHistory): readonly TraceFrame[] {
  const from = connections[0]?.at ?? 0;
  const frames = connections.flatMap(({ index, at, path, status, events }): TraceFrame[] => [
    {
      atMs: Math.round(at - from),
      connection: `client ${index + 1}`,
      direction: 'received',
      kind: status === 101 ? 'open' : 'refused',
      data: path,
      bytes: path.length,
      ...(status === null || status === 101 ? {} : { code: status }),
    },
    ...events.map((event): TraceFrame => {
      const isClientLeg = (event.direction === 'to-server') === (event.leg === 'in');
      return {
        atMs: Math.round((event.at - from) * 10) / 10,
        connection: `${isClientLeg ? 'client' : 'server'} ${index + 1}`,
        direction: event.leg === 'in' ? 'received' : 'sent',
        kind: event.kind,
        data: event.text.slice(0, 4096),
        bytes: Buffer.byteLength(event.text),
        ...(event.code === undefined ? {} : { code: event.code }),
      };
    }),
  ]);
  return frames.sort((left, right) => left.atMs - right.atMs).slice(0, 2000);
}
