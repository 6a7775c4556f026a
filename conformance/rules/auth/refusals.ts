// Who must not get in: that nobody does is one rule a condition, what the answer is another, with the level of the contract's row.
import type { Channel, Source } from '../../../scripts/model.ts';
import { type Case, lowest, type Rule } from '../../rule.ts';
import { answerFor, expectAccepted, expectAnswer, expectRefused } from '../handshake/refusal.ts';
import { type ConditionName, conditions, subjects } from './conditions.ts';

function sourceOf(channel: Channel, name: ConditionName): Source {
  return answerFor(channel, conditions[name].when)?.source ?? channel.auth?.source ?? channel.source;
}

function refusedRule(name: ConditionName): Rule {
  const condition = conditions[name];
  return {
    id: `auth/${name}-refused`,
    level: 'MUST',
    role: 'server',
    sentence: `${subjects[name]} is let in nowhere: it is refused or closed, and gets no message of the channel.`,
    cases(_contract, channel) {
      if (!condition.applies(channel)) return [];
      const one: Case = {
        channel: channel.name,
        level: 'MUST',
        source: sourceOf(channel, name),
        needs: condition.needs,
        async run(kit) {
          for (const { what, options } of await condition.attempts(kit)) await expectRefused(kit, what, options);
          await expectAccepted(kit, 'the same connection without the fault');
        },
      };
      return [one];
    },
  };
}

function answerRule(name: ConditionName): Rule {
  const condition = conditions[name];
  return {
    id: `auth/${name}-answer`,
    level: 'MUST',
    role: 'server',
    sentence: `${subjects[name]} gets the answer of the contract: the status in place of the upgrade, or the close code after it.`,
    cases(_contract, channel) {
      const answer = answerFor(channel, condition.when);
      if (answer === null || !condition.applies(channel)) return [];
      const one: Case = {
        channel: channel.name,
        level: lowest('MUST', answer.level),
        source: answer.source,
        needs: condition.needs,
        async run(kit) {
          for (const { what, options } of await condition.attempts(kit)) {
            await expectAnswer(kit, what, answer, options);
          }
          await expectAccepted(kit, 'the same connection without the fault');
        },
      };
      return [one];
    },
  };
}

const names = Object.keys(conditions) as ConditionName[];

export const refusedRules: readonly Rule[] = names.map(refusedRule);
export const answerRules: readonly Rule[] = names.map(answerRule);
