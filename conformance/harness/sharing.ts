// How far what a case does reaches, by what the contract says of a channel: to the users of its own, or to everybody there.
import type { Channel, DeliveryWord } from '../../scripts/model.ts';

/** Whether everyone connected to the channel sees what a case does: one case at a time then. */
export function isShared(channel: Channel): boolean {
  return channel.room === null || channel.room.scope === 'channel';
}

/** Whether what a case does there can reach users who are not its own. */
export function isCrowded(channel: Channel): boolean {
  const { serverMessages } = channel;
  if (isShared(channel)) return serverMessages.some(({ delivery }) => !isPersonal(delivery?.to));
  // Beyond the rooms of a case only what goes to everyone reaches.
  return serverMessages.some(
    ({ delivery, triggers }) => delivery?.to === 'everyone' && triggers.some(({ on }) => on === 'message'),
  );
}

function isPersonal(to: DeliveryWord | undefined): boolean {
  return to === 'direct' || to === 'user';
}

/** Whether what is sent to a user reaches that user wherever it is on the channel. */
export function isUserScoped(channel: Channel): boolean {
  return isShared(channel) || channel.serverMessages.some((message) => message.delivery?.to === 'user');
}
