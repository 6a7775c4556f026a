// The three things that are required of a refusal, each a rule of its own: an error, its code, and no effect.
import type { Channel, ErrorCondition, Level } from '../../../scripts/model.ts';
import { brief } from '../../harness/pointer.ts';
import type { Kit } from '../../kit.ts';
import { Failed, lowest } from '../../rule.ts';
import { codeFor, errorLevel } from '../validation/rejection.ts';
import type { Refusal } from './outside.ts';

export type Judge = (kit: Kit, refusal: Refusal, what: string, row: { level: Level; error: ErrorCondition }) => void;

export const judgeAnswered: Judge = (_kit, { error, effects }, what) => {
  if (error !== null) return;
  const [first] = effects;
  throw new Failed(
    `an error for ${what}`,
    first === undefined ? 'none' : `${first.on} got ${brief(first.message.value)}`,
    {
      reason: 'not-answered',
    },
  );
};

/** Without an error there is no code to judge. */
export const judgeCode: Judge = (kit, { error }, what, row) => {
  const wanted = codeFor(kit.channel, row.error);
  if (wanted === null || error?.code === wanted.code) return;
  throw new Failed(`code ${wanted.code} for ${what}`, error === null ? 'no error' : brief(error.code), {
    reason: error === null ? 'not-answered' : 'wrong-code',
    level: error === null ? 'SHOULD' : wanted.level,
  });
};

/** What was rejected must have no effect, whatever the level of the rule that it broke. */
export const judgeNoEffect: Judge = (_kit, { error, effects }, what, row) => {
  const [first] = effects;
  if (first === undefined) return;
  throw new Failed(`no effect of ${what}`, `${first.on} got ${brief(first.message.value ?? first.message.text)}`, {
    reason: 'had-effect',
    level: error === null ? row.level : 'MUST',
  });
};

export interface Judgement {
  readonly judge: Judge;
  /** Level of a case, of the level of the row that the message breaks. */
  readonly level: (channel: Channel, row: { level: Level; error: ErrorCondition }) => Level;
  readonly applies: (channel: Channel, error: ErrorCondition) => boolean;
}

export const answered: Judgement = {
  judge: judgeAnswered,
  level: (channel, row) => lowest(row.level, errorLevel(channel)),
  applies: (channel) => channel.error !== null,
};

export const coded: Judgement = {
  judge: judgeCode,
  level: (channel, row) => lowest(row.level, errorLevel(channel), codeFor(channel, row.error)?.level ?? 'MUST'),
  applies: (channel, error) => codeFor(channel, error) !== null,
};

export const withoutEffect: Judgement = { judge: judgeNoEffect, level: () => 'MUST', applies: () => true };
