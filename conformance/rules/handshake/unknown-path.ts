// A path that the contract does not have: nobody gets in there, and the answer says so.
import type { AuthAnswer, Channel } from '../../../scripts/model.ts';
import { uniqueText } from '../../harness/messages.ts';
import type { ConnectOptions, Kit } from '../../kit.ts';
import { type Case, lowest, type Rule } from '../../rule.ts';
import { answerFor, expectAccepted, expectAnswer, expectRefused } from './refusal.ts';

function pathCases(level: (answer: AuthAnswer) => Case['level'], run: (kit: Kit, answer: AuthAnswer) => Promise<void>) {
  return (_contract: unknown, channel: Channel): readonly Case[] => {
    const answer = answerFor(channel, 'unknown-path');
    if (answer === null) return [];
    return [
      { channel: channel.name, level: level(answer), source: answer.source, run: (kit: Kit) => run(kit, answer) },
    ];
  };
}

/** With everything else right, the token too. */
function unknownPaths(kit: Kit): readonly { readonly what: string; readonly options: ConnectOptions }[] {
  const parameter = kit.channel.auth?.parameter ?? null;
  const token = kit.users[0]?.token ?? null;
  const query = parameter === null || token === null ? '' : `?${parameter}=${encodeURIComponent(token)}`;
  const unknown = uniqueText('no-such-path-');
  const slash = kit.channel.address.endsWith('/') ? '' : '/';
  return [
    { what: 'a path that the contract does not have', options: { path: `/${unknown}/${query}` } },
    { what: "the channel's path with more behind it", options: { suffix: `${slash}${unknown}` } },
  ];
}

export const unknownPathRefused: Rule = {
  id: 'handshake/unknown-path-refused',
  level: 'MUST',
  role: 'server',
  sentence: 'A connection to a path that the contract does not have is refused.',
  cases: pathCases(
    () => 'MUST',
    async (kit) => {
      for (const { what, options } of unknownPaths(kit)) await expectRefused(kit, what, options);
      await expectAccepted(kit, "the channel's own path");
    },
  ),
};

export const unknownPathStatus: Rule = {
  id: 'handshake/unknown-path-status',
  level: 'MUST',
  role: 'server',
  sentence:
    'A connection to a path that the contract does not have is refused with the status that the contract names.',
  cases: pathCases(
    (answer) => lowest('MUST', answer.level),
    async (kit, answer) => {
      for (const { what, options } of unknownPaths(kit)) await expectAnswer(kit, what, answer, options);
    },
  ),
};
