// Triggers fit the messages: what a client message causes can be filled, and what is required is.
import type { Channel } from '../model.ts';
import type { LintInput } from './lint.ts';
import { messageMentions } from './mentions.ts';

export function checkTriggers({ contract, report, hasVocabulary }: LintInput): void {
  if (!hasVocabulary) return;
  for (const channel of contract.channels) {
    const explained = explainedBy(channel);
    for (const message of channel.serverMessages) {
      if (message.triggers.length === 0 && !explained.has(message.key)) {
        report('trigger-missing', message.source.pointer, {
          severity: 'info',
          message: `The server message ${JSON.stringify(message.key)} does not say what causes it, so that no rule about its receivers can be tried.`,
          expected: 'x-ws-trigger: [{ on: message, message: KEY }], or on: server',
          fix: 'Add x-ws-trigger.',
        });
      }
      for (const trigger of message.triggers) {
        for (const { target, source } of trigger.fields) {
          if (source.from !== 'message' || trigger.on === 'message') continue;
          report('trigger-source', `${trigger.source.pointer}/fields`, {
            message: `The field ${target} comes from a client message, but the trigger is ${trigger.on}.`,
            expected: 'on: message, or another source',
            found: trigger.on,
            fix: 'Use $user.id, $room, $now, $id or { value: ... }.',
          });
        }
      }
    }
  }
}

/** Messages whose cause another rule states: the error report, heartbeats, presence, snapshots, replies, answers to repeats. */
function explainedBy(channel: Channel): Set<string> {
  const named = messageMentions(channel)
    .filter(({ side }) => side === 'server')
    .filter(({ key, at }) => !at.includes('/x-ws-trigger') && !(channel.resync?.messages.includes(key) ?? false))
    .map(({ key }) => key);
  return new Set([...named, ...channel.clientMessages.flatMap(({ reply }) => reply?.messages ?? [])]);
}
