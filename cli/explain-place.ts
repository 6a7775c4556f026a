// What `wirepact explain` says of one place of a rule besides where it is: the document's own lines, an example, and what a case there needs.
import { clientRules } from '../conformance/client-rules/index.ts';
import type { Needs } from '../conformance/rule.ts';
import { serverRules } from '../conformance/rules/index.ts';
import type { Contract } from '../scripts/model.ts';

const mostLines = 8;

/** The lines of the document from that one on, as far as they belong to it by their indentation. */
export function excerpt(document: string, line: number): readonly string[] {
  const lines = document.split(/\r?\n/);
  const first = lines[line - 1];
  if (first === undefined) return [];
  const indent = (text: string) => text.length - text.trimStart().length;
  const rest = lines.slice(line);
  const end = rest.findIndex((text) => text.trim() !== '' && indent(text) <= indent(first));
  const own = [first, ...rest.slice(0, end === -1 ? rest.length : end)];
  const shown = own.slice(0, mostLines).map((text) => text.slice(indent(first)));
  return own.length > mostLines ? [...shown, `… ${own.length - mostLines} more lines`] : shown;
}

/** An example of the message that a place is about, as it goes over the wire; null where it is about none. */
export function exampleOf(contract: Contract, at: { readonly id: string; readonly pointer: string }): string | null {
  const [, place = ''] = at.id.split('@');
  const channel = contract.channels.find(({ name }) => place === name || place.startsWith(`${name}.`));
  if (channel === undefined || place === channel.name) return null;
  const type = place.slice(channel.name.length + 1);
  // Both directions may have a message of that type: the place in the document tells which.
  const named = [...channel.clientMessages, ...channel.serverMessages].filter((one) => one.type === type);
  const message = named.find(({ source }) => at.pointer.startsWith(source.pointer)) ?? named[0];
  const payload = message?.examples[0]?.payload;
  return payload === undefined ? null : JSON.stringify(payload);
}

/** What the target file must give so that the places of a rule can be tested, without repetition. */
export function needsOf(contract: Contract, rule: string, instances: readonly string[]): readonly string[] {
  const said = new Set<string>();
  for (const channel of contract.channels) {
    const found = [...serverRules, ...clientRules].find(({ id }) => id === rule);
    for (const one of found?.cases(contract, channel) ?? []) {
      const id = `${rule}@${channel.name}${one.message === undefined ? '' : `.${one.message}`}`;
      if (!instances.includes(id) || !('needs' in one)) continue;
      for (const need of needTexts((one.needs ?? {}) as Needs, channel.name)) said.add(need);
    }
  }
  return [...said];
}

function needTexts(needs: Needs, channel: string): readonly string[] {
  const fixtures = `channels.${channel}`;
  return [
    ...((needs.users ?? 1) > 1 ? [`users: at least ${needs.users}`] : []),
    ...((needs.rooms ?? 1) > 1 ? [`${fixtures}.rooms: at least ${needs.rooms}, unless any name is a room`] : []),
    ...(needs.roles ?? []).map((role) => `users: one with the role ${role}`),
    ...(needs.outsider === true ? ['outsider'] : []),
    ...(needs.unknownUser === true ? ['unknownUser'] : []),
    ...(needs.forbiddenRoom === true ? [`${fixtures}.forbiddenRooms`] : []),
    ...(needs.missingRoom === true ? [`${fixtures}.missingRooms`] : []),
    ...(needs.tokens === 'made' ? ['tokens.secret, so that the suite can make tokens'] : []),
    ...(needs.tokens === 'expired' ? ['tokens.secret, or faultyTokens.expired'] : []),
    ...(needs.hooks ?? []).map((hook) => `hooks.${hook}`),
    ...(needs.start === true ? ['target.start, or hooks.restart'] : []),
  ];
}
