// Rules about messages for members of a room: from anybody else they are refused and have no effect.
import { lowest, type Rule } from '../../rule.ts';
import { longCaseMs, needsFor } from '../validation/scene.ts';
import { expectMemberTaken, goOutside, membershipOf, sendRefused, type Way, wayNames, waysOutside } from './outside.ts';
import { answered, coded, type Judgement, withoutEffect } from './refusals.ts';

function membership(id: Rule['id'], sentence: string, judgement: Judgement, ways: readonly Way[]): Rule {
  return {
    id,
    level: 'MUST',
    role: 'server',
    sentence,
    cases: (_contract, channel) =>
      channel.clientMessages.flatMap((message) => {
        const requirement = membershipOf(message);
        const open = waysOutside(channel, message).filter((way) => ways.includes(way));
        if (requirement === null || open.length === 0 || !judgement.applies(channel, requirement.error)) return [];
        const row = { error: requirement.error, level: lowest(requirement.level, message.level) };
        return [
          {
            channel: channel.name,
            message: message.type,
            level: judgement.level(channel, row),
            source: requirement.source,
            needs: needsFor(message, open.includes('other-room') ? { rooms: 2 } : {}),
            timeoutMs: longCaseMs,
            async run(kit) {
              for (const way of open) {
                const outside = await goOutside(kit, message, way);
                await expectMemberTaken(kit, message, outside);
                const sent = kit.message(message.key, outside.options);
                const refusal = await sendRefused(kit, outside.scene, sent);
                judgement.judge(kit, refusal, `${message.type} from a connection ${wayNames[way]}`, row);
              }
            },
          },
        ];
      }),
  };
}

const outside = ['never-joined', 'left'] as const;
const elsewhere = ['other-room'] as const;

export const membershipRules: readonly Rule[] = [
  membership(
    'permission/membership-required',
    'A message for members only is answered with an error where the connection has not joined, or has left.',
    answered,
    outside,
  ),
  membership(
    'permission/membership-code',
    'The error that answers a message for members only has the code that the contract names.',
    coded,
    ['never-joined', 'other-room', 'left'],
  ),
  membership(
    'permission/membership-no-effect',
    'A message for members only has no effect where the connection has not joined, or has left.',
    withoutEffect,
    outside,
  ),
  membership(
    'permission/other-room-refused',
    'A message that names a room which the connection has not joined is answered with an error.',
    answered,
    elsewhere,
  ),
  membership(
    'permission/other-room-no-effect',
    'A message that names a room which the connection has not joined has no effect there, nor in its own room.',
    withoutEffect,
    elsewhere,
  ),
];
