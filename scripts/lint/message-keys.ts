// Where a rule names a message, the channel has it, and the side that is meant sends it.
import { nearest } from '../parse/nearest.ts';
import type { LintInput } from './lint.ts';
import { messageMentions } from './mentions.ts';

export function checkMessageKeys({ contract, report }: LintInput): void {
  for (const channel of contract.channels) {
    const keys = {
      client: channel.clientMessages.map(({ key }) => key),
      server: channel.serverMessages.map(({ key }) => key),
    };
    for (const { key, side, at } of messageMentions(channel)) {
      if (keys[side].includes(key)) continue;
      const other = side === 'client' ? 'server' : 'client';
      const near = nearest(key, keys[side]);
      const isOther = keys[other].includes(key);
      report(isOther ? 'message-direction' : 'message-unresolved', at, {
        message: isOther
          ? `${JSON.stringify(key)} is sent by the ${other}, but this rule needs a message of the ${side}.`
          : `The channel ${JSON.stringify(channel.name)} has no message ${JSON.stringify(key)}.`,
        expected: `the key of a ${side} message: ${keys[side].join(', ') || 'it has none'}`,
        found: JSON.stringify(key),
        fix:
          near === undefined
            ? `Add the message to an operation with action: ${side === 'client' ? 'receive' : 'send'}.`
            : `Did you mean ${near}?`,
      });
    }
  }
}
