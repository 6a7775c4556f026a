// What is numbered reaches everyone alike, what answers a request for it reaches only the one who asked.
import type { LintInput } from './lint.ts';

export function checkResync({ contract, report }: LintInput): void {
  for (const channel of contract.channels) {
    const { resync, room } = channel;
    if (resync === null) continue;
    const at = resync.source.pointer;
    const wordOf = (key: string) => channel.serverMessages.find((message) => message.key === key)?.delivery;
    if (resync.scope === 'room' && room === null) {
      report('resync-scope', `${at}/scope`, {
        message: `The sequence is counted by room, but ${JSON.stringify(channel.name)} has no rooms.`,
        expected: 'x-ws-room on the channel, or scope: channel',
        found: 'room',
        fix: 'Add x-ws-room, or change the scope.',
      });
    }
    if (resync.messages.length === 0) {
      report('resync-messages', `${at}/messages`, {
        message: 'No message is sequenced.',
        expected: 'messages: [KEY, ...]',
        fix: 'List the server messages that carry a number.',
      });
    }
    for (const [index, key] of resync.messages.entries()) {
      const delivery = wordOf(key);
      if (delivery?.to !== 'direct' && delivery?.to !== 'others' && delivery?.to !== 'other-users') continue;
      report('resync-delivery', `${at}/messages/${index}`, {
        message: `${JSON.stringify(key)} is numbered but does not reach everyone who counts: the others would see a gap.`,
        expected: resync.scope === 'user' ? 'delivery user' : 'delivery room or everyone',
        found: delivery.to,
        fix: 'Change its x-ws-delivery, or leave it out of the sequence.',
      });
    }
    const snapshot = resync.snapshot === null ? undefined : wordOf(resync.snapshot.message);
    if (snapshot !== undefined && snapshot !== null && snapshot.to !== 'direct') {
      report('resync-delivery', `${resync.snapshot?.source.pointer ?? at}/message`, {
        message: 'A snapshot is for the connection that asked; others would take it for a reset.',
        expected: 'delivery direct',
        found: snapshot.to,
        fix: 'Write x-ws-delivery: { to: direct } on it.',
      });
    }
  }
}
