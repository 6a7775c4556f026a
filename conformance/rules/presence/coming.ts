// Rules about the message that tells that a user came.
import type { Rule } from '../../rule.ts';
import { expectNotTold, expectTold, wherePresence } from './seen.ts';

export const joinedTold: Rule = {
  id: 'presence/joined-told',
  role: 'server',
  level: 'MUST',
  sentence: "The others are told once when a user's first connection joins.",
  cases: wherePresence(
    async (kit, { watcher, visitor }) => {
      const from = watcher.messages.length;
      await kit.joined({ name: 'visitor', user: visitor });
      await expectTold(kit, watcher, 'joined', visitor, from);
    },
    { change: 'joined' },
  ),
};

export const joinedNotToSelf: Rule = {
  id: 'presence/joined-not-to-self',
  role: 'server',
  level: 'MUST',
  sentence: 'A user is not told of its own coming, on none of its connections.',
  cases: wherePresence(
    async (kit, { watcher, visitor }) => {
      const from = watcher.messages.length;
      const first = await kit.joined({ name: 'visitor', user: visitor });
      const tab = await kit.joined({ name: "visitor's other tab", user: visitor });
      await expectTold(kit, watcher, 'joined', visitor, from);
      await expectNotTold(kit, first, 'joined', visitor, 0);
      await expectNotTold(kit, tab, 'joined', visitor, 0);
    },
    {
      change: 'joined',
      applies: (channel) => {
        const joined = channel.serverMessages.find((message) => message.key === channel.room?.presence?.joined.message);
        return joined?.delivery?.to === 'other-users';
      },
    },
  ),
};

export const secondConnectionSilent: Rule = {
  id: 'presence/second-connection-silent',
  role: 'server',
  level: 'MUST',
  sentence: 'A second connection of a user that is there already is not told to anybody.',
  cases: wherePresence(
    async (kit, { watcher, visitor }) => {
      const start = watcher.messages.length;
      await kit.joined({ name: 'visitor', user: visitor });
      await expectTold(kit, watcher, 'joined', visitor, start);
      const from = watcher.messages.length;
      await kit.joined({ name: "visitor's other tab", user: visitor });
      await expectNotTold(kit, watcher, 'joined', visitor, from);
    },
    { change: 'joined', applies: (channel) => channel.room?.presence?.per === 'user' },
  ),
};

export const rejoinSilent: Rule = {
  id: 'presence/rejoin-silent',
  role: 'server',
  level: 'MUST',
  sentence: 'Joining again without having left is not told to anybody.',
  cases: wherePresence(
    async (kit, { watcher, visitor }) => {
      const start = watcher.messages.length;
      const visiting = await kit.joined({ name: 'visitor', user: visitor });
      await expectTold(kit, watcher, 'joined', visitor, start);
      const from = watcher.messages.length;
      const join = kit.channel.room?.join?.message;
      if (join !== undefined) await kit.send(visiting, join);
      await kit.roundTrip(visiting);
      await expectNotTold(kit, watcher, 'joined', visitor, from);
    },
    {
      change: 'joined',
      level: (channel) => channel.room?.join?.level ?? 'MUST',
      applies: (channel) => channel.room?.join != null,
    },
  ),
};

export const newcomerNotTold: Rule = {
  id: 'presence/newcomer-not-told',
  role: 'server',
  level: 'SHOULD',
  sentence: 'A newcomer is not told of those who were there before by messages that say that they came.',
  cases: wherePresence(
    async (kit, { watcher, visitor }) => {
      const from = watcher.messages.length;
      const newcomer = await kit.joined({ name: 'newcomer', user: visitor });
      await expectTold(kit, watcher, 'joined', visitor, from);
      if (watcher.user !== null) await expectNotTold(kit, newcomer, 'joined', watcher.user, 0);
    },
    { change: 'joined', level: () => 'SHOULD' },
  ),
};
