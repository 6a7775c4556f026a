// Whether the target file gives what a case needs, users and rooms apart: those are leased.
import type { Channel } from '../../scripts/model.ts';
import type { Needs } from '../rule.ts';
import type { Target } from '../target/target.ts';

/** What to add to the target file; empty: it has everything. */
export function lackingOf(target: Target, channel: Channel, needs: Needs): readonly string[] {
  const fixtures = target.channels[channel.name];
  const lacking: string[] = [];
  if (needs.outsider && target.outsider === undefined)
    lacking.push('outsider: a valid user who may not enter the rooms');
  if (needs.unknownUser && target.unknownUser === undefined)
    lacking.push('unknownUser: an id that the server does not know');
  if (needs.forbiddenRoom && !fixtures?.forbiddenRooms.length) lacking.push(`channels.${channel.name}.forbiddenRooms`);
  if (needs.missingRoom && !fixtures?.missingRooms.length) lacking.push(`channels.${channel.name}.missingRooms`);
  if (needs.tokens === 'made' && target.tokens === undefined) lacking.push('tokens.secret');
  if (needs.tokens === 'expired' && target.tokens === undefined && target.faultyTokens.expired === undefined) {
    lacking.push('tokens.secret, or faultyTokens.expired');
  }
  for (const name of needs.hooks ?? []) if (target.hooks[name] === undefined) lacking.push(`hooks.${name}`);
  if (needs.start && target.start === undefined && target.hooks.restart === undefined)
    lacking.push('target.start, or hooks.restart');
  return lacking;
}
