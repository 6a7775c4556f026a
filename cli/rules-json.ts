// What `generate` makes of the suite's rules: generated/rules.json, and the protocol's page with them.
import { listRules, type RuleRow } from '../conformance/list-rules.ts';
import type { DocsRule } from '../scripts/emit/docs/rules.ts';
import { emitDocs } from '../scripts/emit/docs.ts';
import { type Emitter, emitters } from '../scripts/emit/index.ts';
import { emitReact } from '../scripts/emit/react.ts';
import type { Channel, Contract, Message } from '../scripts/model.ts';

/** All that `generate` emits with: the page is made once, with the rules. `react`: hooks of each channel too. */
export function allEmitters(react: boolean): readonly Emitter[] {
  return [...emitters.filter((emit) => emit !== emitDocs), emitRules, ...(react ? [emitReact] : [])];
}

export function emitRules(contract: Contract): Map<string, string> {
  const rules = listRules(contract);
  return new Map([['rules.json', `${textOf(rules)}\n`], ...emitDocs(contract, docsRules(contract, rules))]);
}

export function rulesJson(contract: Contract): string {
  return textOf(listRules(contract));
}

/** The rules with the channels in which they hold, and the messages that they are about. */
function docsRules({ channels }: Contract, rules: readonly RuleRow[]): DocsRule[] {
  const byLength = [...channels].sort((left, right) => right.name.length - left.name.length);
  return rules.map(({ instances, ...rule }) => {
    const places = instances.map(({ id, pointer }) => {
      const place = id.slice(rule.id.length + 1);
      // A name may hold dots, and be the beginning of another.
      const channel = byLength.find(({ name }) => place === name || place.startsWith(`${name}.`));
      const type = channel === undefined ? '' : place.slice(channel.name.length + 1);
      return { channel, messages: channel === undefined ? [] : messagesOf(channel, type, pointer) };
    });
    const held = places.map(({ channel }) => channel);
    return {
      ...rule,
      channels: channels.filter((channel) => held.includes(channel)).map(({ name }) => name),
      messages: places.flatMap(({ messages }) => messages),
    };
  });
}

/** Those of a type: where both directions have it, the one whose place it is, else what the client sends. */
function messagesOf({ clientMessages, serverMessages }: Channel, type: string, pointer: string): readonly Message[] {
  const named = [...clientMessages, ...serverMessages].filter((message) => message.type === type);
  const placed = named.filter(({ source }) => `${pointer}/`.startsWith(`${source.pointer}/`));
  return placed.length > 0 ? placed : named.slice(0, 1);
}

const textOf = (rules: readonly RuleRow[]): string => JSON.stringify(rules, null, 2);
