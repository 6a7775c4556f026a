// Decides which rule a frame leads to: the one that says most of why it is there.
import { listRules } from '../../conformance/list-rules.ts';
import type { Channel, Contract } from '../../scripts/model.ts';

/** Families by how much they say of a message that is received, or sent. */
const RECEIVED = ['delivery', 'presence', 'resync', 'heartbeat', 'sequence', 'request', 'validation'];
const SENT = ['permission', 'request', 'resync', 'heartbeat', 'presence', 'validation'];

/** By channel, the rule of each message and close code. */
export function ruleLinks(contract: Contract): Map<string, { readonly [about: string]: string }> {
  const listed = listRules(contract);
  const about = (channel: string, subject: string, families: readonly string[]): string | undefined => {
    const own = listed.filter(({ id, instances }) =>
      instances.some((instance) => instance.id === `${id}@${channel}.${subject}`),
    );
    // What a server must do is told before what a client makes of it.
    for (const rules of [own.filter(({ role }) => role === 'server'), own])
      for (const family of families) {
        const found = rules.find(({ id }) => id.startsWith(`${family}/`));
        if (found) return found.id;
      }
    return undefined;
  };
  const linksOf = (channel: Channel): { readonly [about: string]: string } => {
    const rows = [
      ...channel.serverMessages.map(({ type }) => [`in:${type}`, about(channel.name, type, RECEIVED)]),
      ...channel.clientMessages.map(({ type }) => [`out:${type}`, about(channel.name, type, SENT)]),
      ...channel.closeCodes.map(({ code }) => [`close:${code}`, about(channel.name, String(code), ['close-codes'])]),
    ];
    return Object.fromEntries(rows.filter(([, rule]) => rule !== undefined));
  };
  return new Map(contract.channels.map((channel) => [channel.name, linksOf(channel)]));
}
