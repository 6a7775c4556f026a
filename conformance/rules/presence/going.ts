// Rules about the message that tells that a user went.
import { lowest, type Rule } from '../../rule.ts';
import { expectNotTold, expectTold, wherePresence } from './seen.ts';

export const leftTold: Rule = {
  id: 'presence/left-told',
  role: 'server',
  level: 'MUST',
  sentence: "The others are told once when a user's last connection ends.",
  cases: wherePresence(
    async (kit, { watcher, visitor }) => {
      const visiting = await kit.joined({ name: 'visitor', user: visitor });
      const from = watcher.messages.length;
      await visiting.close();
      await expectTold(kit, watcher, 'left', visitor, from);
    },
    { change: 'left' },
  ),
};

export const abruptEndTold: Rule = {
  id: 'presence/abrupt-end-told',
  role: 'server',
  level: 'MUST',
  sentence: 'A connection that ends without a closing handshake is a connection that ended: the others are told.',
  cases: wherePresence(
    async (kit, { watcher, visitor }) => {
      const visiting = await kit.joined({ name: 'visitor', user: visitor });
      const from = watcher.messages.length;
      visiting.terminate();
      await expectTold(kit, watcher, 'left', visitor, from);
    },
    { change: 'left' },
  ),
};

export const leftSilentWhileOpen: Rule = {
  id: 'presence/left-silent-while-open',
  role: 'server',
  level: 'MUST',
  sentence: 'Nobody is told that a user went while another connection of it is there.',
  cases: wherePresence(
    async (kit, { watcher, visitor }) => {
      const first = await kit.joined({ name: 'visitor', user: visitor });
      const tab = await kit.joined({ name: "visitor's other tab", user: visitor });
      const from = watcher.messages.length;
      await first.close();
      await kit.roundTrip(tab);
      await expectNotTold(kit, watcher, 'left', visitor, from);
      await tab.close();
      // Both connections are gone now: one message alone, whichever of them a careless server told of.
      await expectTold(kit, watcher, 'left', visitor, from);
    },
    { change: 'left', applies: (channel) => channel.room?.presence?.per === 'user' },
  ),
};

export const leaveTold: Rule = {
  id: 'presence/leave-told',
  role: 'server',
  level: 'MUST',
  sentence: 'Leaving by a message is told to the others, once, and coming back is told again.',
  cases: wherePresence(
    async (kit, { watcher, visitor }) => {
      const visiting = await kit.joined({ name: 'visitor', user: visitor });
      let from = watcher.messages.length;
      await kit.leave(visiting);
      await expectTold(kit, watcher, 'left', visitor, from);
      const join = kit.channel.room?.join?.message;
      if (join === undefined) return;
      from = watcher.messages.length;
      await kit.send(visiting, join);
      await expectTold(kit, watcher, 'joined', visitor, from);
    },
    {
      change: 'left',
      level: (channel) => lowest(channel.room?.leave?.level ?? 'MUST', channel.room?.join?.level ?? 'MUST'),
      applies: (channel) => channel.room?.leave != null,
    },
  ),
};

export const everyVisitTold: Rule = {
  id: 'presence/every-visit-told',
  role: 'server',
  level: 'MUST',
  sentence: 'Each visit is told: coming and going, in this order, as often as it happens.',
  cases: wherePresence(
    async (kit, { watcher, visitor }) => {
      for (let visit = 0; visit < 2; visit += 1) {
        const from = watcher.messages.length;
        const visiting = await kit.joined({ name: `visit ${visit + 1}`, user: visitor });
        const came = await expectTold(kit, watcher, 'joined', visitor, from);
        await expectNotTold(kit, watcher, 'left', visitor, from);
        await visiting.close();
        await expectTold(kit, watcher, 'left', visitor, came.index + 1);
      }
    },
    { change: 'left' },
  ),
};
