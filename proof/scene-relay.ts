// A scene of what is passed on: texts that a careless server tidies up, and words said in another room than that of the address.
import { placesIn } from '../faults/places.ts';
import { readAt, writeAt } from '../runtime/server/pointer.ts';
import type { Scene } from './scenes.ts';
import { paired, roomsOf, usersOf } from './stage.ts';

const untidy = (text: string): string => `  ${text} e\u0301 \u00e9 \u212b  `;

export const relay: Scene = async (stage) => {
  const { channel } = stage;
  const [room, elsewhere] = roomsOf(channel);
  const [first = '1', second = '2', third = '3'] = usersOf(channel);
  const { join, leave, selector } = channel.room ?? {};
  const plain = channel.clientMessages.filter(({ key }) => key !== join?.message && key !== leave?.message);
  await stage.join('first', first, room);
  await stage.join('second', second, room);
  for (const message of plain) {
    const value: unknown = JSON.parse(stage.fill(message, room));
    for (const place of placesIn(value)) {
      const text = readAt(value, place);
      if (typeof text !== 'string' || place === channel.envelope.discriminator || place === selector) continue;
      await stage.say('first', JSON.stringify(writeAt(value, place, untidy(text))));
    }
  }
  const joining = channel.clientMessages.find(({ key }) => key === join?.message);
  if (joining === undefined || selector == null || elsewhere === undefined || roomsOf(channel) === paired) return;
  await stage.join('elsewhere', third, elsewhere);
  await stage.say('first', stage.fill(joining, elsewhere));
  for (const message of plain) {
    const value: unknown = JSON.parse(stage.fill(message, elsewhere, `there-${message.key}`));
    await stage.say('first', JSON.stringify(writeAt(value, selector, elsewhere)));
  }
};
