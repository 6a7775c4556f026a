// Rules about a message that breaks two checks: the error is that of the first.
import type { Channel, ClientMessage, ErrorCondition } from '../../../scripts/model.ts';
import { brief } from '../../harness/pointer.ts';
import type { Kit } from '../../kit.ts';
import { type Case, Failed, type Rule } from '../../rule.ts';
import { asBuilt, codeFor, faultsOf } from '../validation/rejection.ts';
import { longCaseMs, needsFor, roleFor } from '../validation/scene.ts';
import { goOutside, membershipOf, sendRefused, waysOutside } from './outside.ts';

function caseFor(channel: Channel, message: ClientMessage, run: (kit: Kit) => Promise<void>): Case {
  return {
    channel: channel.name,
    message: message.type,
    level: 'SHOULD',
    source: channel.error?.source ?? message.source,
    needs: needsFor(null, waysOutside(channel, message).includes('other-room') ? { rooms: 2 } : {}),
    timeoutMs: longCaseMs,
    run,
  };
}

function expectCodeOf(kit: Kit, first: ErrorCondition, code: unknown, what: string): void {
  const wanted = codeFor(kit.channel, first)?.code;
  if (code === wanted) return;
  throw new Failed(`code ${wanted} for ${what}`, brief(code), { reason: 'wrong-order' });
}

export const schemaFirst: Rule = {
  id: 'permission/schema-before-membership',
  level: 'SHOULD',
  role: 'server',
  sentence:
    'A message that breaks its schema, from a connection that is no member, is answered as one that breaks its schema.',
  cases: (_contract, channel) =>
    channel.clientMessages
      .filter(
        (message) =>
          roleFor(message) === null &&
          membershipOf(message) !== null &&
          codeFor(channel, 'invalid') !== null &&
          waysOutside(channel, message).some((way) => way !== 'other-room') &&
          ((message.schema.required ?? []) as string[]).length > 1,
      )
      .map((message) =>
        caseFor(channel, message, async (kit) => {
          const way = waysOutside(channel, message).find((one) => one !== 'other-room')!;
          const outside = await goOutside(kit, message, way);
          const [fault] = faultsOf(kit, message.key, outside.scene).filter(({ name }) => name.includes('required'));
          if (fault === undefined) return;
          const { error } = await sendRefused(kit, outside.scene, asBuilt(fault));
          expectCodeOf(kit, 'invalid', error?.code, `${fault.name} from a connection that is no member`);
        }),
      ),
};

export const membershipFirst: Rule = {
  id: 'permission/membership-before-role',
  level: 'SHOULD',
  role: 'server',
  sentence: 'A message that lacks membership and role is answered as one that lacks membership.',
  cases: (_contract, channel) =>
    channel.clientMessages
      .filter((message) => {
        const membership = membershipOf(message);
        return (
          roleFor(message) !== null &&
          membership !== null &&
          codeFor(channel, membership.error) !== null &&
          waysOutside(channel, message).some((way) => way !== 'other-room')
        );
      })
      .map((message) =>
        caseFor(channel, message, async (kit) => {
          const way = waysOutside(channel, message).find((one) => one !== 'other-room')!;
          const outside = await goOutside(kit, { ...message, requires: [] }, way);
          const { error } = await sendRefused(kit, outside.scene, kit.message(message.key, outside.options));
          const condition = membershipOf(message)?.error ?? 'not-joined';
          expectCodeOf(kit, condition, error?.code, `${message.type} without membership and role`);
        }),
      ),
};
