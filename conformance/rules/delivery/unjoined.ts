// Direct answers need no membership of a room; and what no black box can see about how a message is delivered.
import type { Channel, ClientMessage } from '../../../scripts/model.ts';
import { lowest, type Rule, type UnobservableRule } from '../../rule.ts';
import { goOutside, waysOutside } from '../permission/outside.ts';
import { addressed, expectTaken, longCaseMs, outcomesOf, tell } from '../validation/scene.ts';

/** Answered directly, and no membership required of the one who asks. */
function isOpen(channel: Channel, message: ClientMessage): boolean {
  const special = [channel.room?.join?.message, channel.room?.leave?.message, channel.resync?.request.message];
  if (special.includes(message.key) || message.requires.length > 0) return false;
  return channel.serverMessages.some(
    (one) =>
      one.delivery?.to === 'direct' &&
      (message.reply?.messages.includes(one.key) ||
        one.triggers.some((trigger) => trigger.on === 'message' && trigger.message === message.key)),
  );
}

export const directWithoutMembership: Rule = {
  id: 'delivery/direct-without-membership',
  level: 'MUST',
  role: 'server',
  sentence: 'A request that requires no membership is answered on a connection that has joined no room.',
  cases: (_contract, channel) =>
    channel.clientMessages
      .filter((message) => isOpen(channel, message) && ways(channel, message).length > 0)
      .map((message) => ({
        channel: channel.name,
        message: message.type,
        level: lowest(message.level, message.reply?.level ?? 'MUST'),
        source: message.source,
        needs: { users: 2 },
        timeoutMs: longCaseMs,
        async run(kit) {
          for (const way of ways(channel, message)) {
            const { scene } = await goOutside(kit, message, way);
            const told = await tell(kit, scene, kit.message(message.key, addressed(kit, message.key, scene)));
            expectTaken(
              scene,
              { ...told, outcomes: outcomesOf(kit, message.key, scene) },
              `${message.type} without membership`,
            );
          }
        },
      })),
};

function ways(channel: Channel, message: ClientMessage) {
  const isPing = channel.heartbeats.some(({ initiator, ping }) => initiator === 'client' && ping === message.key);
  // A ping before joining is a matter of the heartbeat's rules.
  return waysOutside(channel, message).filter((way) => way === 'left' || (way === 'never-joined' && !isPing));
}

export const directNotBroadcastInside: UnobservableRule = {
  id: 'delivery/direct-not-through-broadcast-layer',
  level: 'MUST',
  role: 'server',
  sentence: 'A direct message never crosses the broadcast layer.',
  notObservable: 'The wire shows who receives a message, not the way that it took inside the server.',
  cases: (_contract, channel) =>
    channel.serverMessages
      .filter(({ delivery }) => delivery?.to === 'direct')
      .map((message) => ({
        channel: channel.name,
        message: message.type,
        level: lowest(message.level, message.delivery?.level ?? 'MUST'),
        source: message.delivery?.source ?? message.source,
      })),
};

export const storedBeforeSent: UnobservableRule = {
  id: 'delivery/stored-before-sent',
  level: 'MUST',
  role: 'server',
  sentence: 'A message to which the server gives an id is stored before anybody sees it.',
  notObservable: 'What a server has stored, and when, is not on the wire; only its own store can tell.',
  cases: (_contract, channel) =>
    channel.serverMessages
      .filter(({ triggers }) =>
        triggers.some(({ on, fields }) => on === 'message' && fields.some(({ source }) => source.from === 'new-id')),
      )
      .map((message) => ({
        channel: channel.name,
        message: message.type,
        level: message.level,
        source: message.source,
      })),
};
