import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { Channel } from '../../scripts/model.ts';
import { lobbyContract } from '../fixtures/lobby.ts';
import { Clock } from './clock.ts';
import type { Connection } from './connection.ts';
import { Fence } from './fence.ts';
import { MessageBuilder } from './messages.ts';
import { Schemas } from './schemas.ts';

const [lobby] = lobbyContract.channels as readonly [Channel];

/** What is said names a user, and goes to all of that user's connections; nothing else goes further than its sender. */
const toUsers: Channel = {
  ...lobby,
  clientMessages: lobby.clientMessages.map((message) => {
    const { properties, ...schema } = message.schema as { readonly properties: object };
    const to = { type: 'string', minLength: 1 };
    return { ...message, schema: { ...schema, properties: { ...properties, to } } };
  }),
  serverMessages: lobby.serverMessages
    .filter(({ key }) => key !== 'hinted')
    .map((message) =>
      message.key !== 'said'
        ? message
        : {
            ...message,
            delivery: { ...message.delivery!, to: 'user' },
            triggers: message.triggers.map((trigger) => ({ ...trigger, user: '/to' }) as typeof trigger),
          },
    ),
};

/** Two connections of a user; what the first sends comes to the second a while later. */
function createTabs(): readonly [Connection, Connection] {
  const tabs = [0, 1].map((late) => ({
    late,
    user: { id: '1', name: 'User 1' },
    room: null,
    joinedRooms: new Set<string>(),
    isOpen: true,
    ending: null,
    messages: [] as { readonly key: string; readonly text: string }[],
    async send(value: unknown): Promise<void> {
      for (const [index, tab] of tabs.entries()) {
        const deliver = () => tab.messages.push({ key: 'said', text: JSON.stringify(value) });
        if (index === late) deliver();
        else setTimeout(deliver, 50);
      }
    },
    async until(isTrue: () => boolean, withinMs: number): Promise<boolean> {
      for (const end = Date.now() + withinMs; !isTrue() && Date.now() < end; ) await sleep(1);
      return isTrue();
    },
  }));
  return tabs as unknown as readonly [Connection, Connection];
}

it('waits until each connection of a user has seen the sentinels of the others, which are updates for it', async () => {
  const messages = new MessageBuilder(toUsers, new Schemas(lobbyContract));
  const build: ConstructorParameters<typeof Fence>[2] = (key, { marker }) =>
    messages.build(toUsers.clientMessages.find((message) => message.key === key)!, { marker: marker! }, null);
  const fence = new Fence(toUsers, new Clock(), build, () => 5000);
  expect(fence.broadcast?.user).toBe('/to');
  const tabs = createTabs();
  await fence.pass(tabs);
  expect(tabs.map((tab) => tab.messages.length)).toEqual([2, 2]);
});
