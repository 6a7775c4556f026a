// Every server message says who receives it, in a word that its channel gives a meaning.
import type { Channel, DeliveryWord } from '../model.ts';
import { deliveryWords } from '../parse/delivery.ts';
import type { LintInput } from './lint.ts';

const roomWords = new Set<DeliveryWord>(['room', 'others']);

export function checkDelivery({ contract, report, hasVocabulary }: LintInput): void {
  if (!hasVocabulary) return;
  for (const channel of contract.channels) {
    for (const message of channel.serverMessages) {
      const { delivery, source } = message;
      if (delivery === null) {
        report('delivery-missing', source.pointer, {
          message: `The server message ${JSON.stringify(message.key)} does not say who receives it.`,
          expected: `x-ws-delivery: { to: ${deliveryWords.join(' | ')} }`,
          fix: 'Add x-ws-delivery: { to: direct } if only the connection that asked receives it.',
        });
      } else if (roomWords.has(delivery.to) && channel.room === null) {
        report('delivery-room', `${delivery.source.pointer}/to`, {
          message: `The channel ${JSON.stringify(channel.name)} has no rooms, so that nobody is in the audience of ${JSON.stringify(message.key)}.`,
          expected: 'x-ws-room on the channel, or a delivery without rooms',
          found: delivery.to,
          fix: 'Add x-ws-room: { scope: channel } to count everyone connected as one room, or use direct, user, other-users or everyone.',
        });
      }
      checkAddressed(message, report);
    }
  }
}

/** Delivery `user` by a client message needs to know whom. */
function checkAddressed(message: Channel['serverMessages'][number], report: LintInput['report']): void {
  if (message.delivery?.to !== 'user') return;
  for (const trigger of message.triggers) {
    if (trigger.on !== 'message' || trigger.user !== null) continue;
    report('trigger-user', `${trigger.source.pointer}/user`, {
      message: `${JSON.stringify(message.key)} goes to a user, but the trigger does not say where ${JSON.stringify(trigger.message)} names that user.`,
      expected: 'user: POINTER into the client message',
      fix: 'Add user: /data/user_id, or the like.',
    });
  }
}
