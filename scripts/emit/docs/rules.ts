// Shows what a suite checks: each rule under its id, which is its anchor, so that a report can link to it.
import type { Channel, Level, Message } from '../../model.ts';
import { type Content, type Html, html, list } from './html.ts';
import { levelMark } from './words.ts';

/** A rule that holds for a contract. */
export interface DocsRule {
  /** `<family>/<requirement>` */
  readonly id: string;
  readonly level: Level;
  /** Whose behaviour it is about. */
  readonly role: string;
  readonly sentence: string;
  /** Names of the channels in which it holds; none: the rule does not apply, and is not shown. */
  readonly channels: readonly string[];
  /** Of the contract, those that it is about one by one. */
  readonly messages: readonly Message[];
}

/** The families of rules that each part of a channel is about. */
const FAMILIES: { readonly [title: string]: readonly string[] } = {
  Connect: ['handshake', 'auth'],
  Messages: ['delivery', 'validation', 'request', 'idempotent'],
  Errors: ['validation', 'permission'],
  'Rooms and presence': ['presence', 'permission'],
  'Sequence and resync': ['sequence', 'resync'],
  'Close codes': ['close-codes'],
  Heartbeat: ['heartbeat'],
  Reconnecting: ['reconnect'],
  Queue: ['queue'],
  Limits: ['limits', 'shutdown'],
};

const familyOf = ({ id }: DocsRule): string => id.split('/')[0] ?? id;

/** Links from a part of a channel to the rules about it. */
export function rulesLinks(title: string, rules: readonly DocsRule[]): Content {
  const known = new Set(rules.filter(({ channels }) => channels.length > 0).map(familyOf));
  const families = (FAMILIES[title] ?? []).filter((family) => known.has(family));
  if (families.length === 0) return undefined;
  return html`<p class=f>Rules: ${list(families.map((family) => html`<a href="#rules-${family}">${family}</a>`))}</p>`;
}

/**
 * Rules by family, each with its id after the family's. The links to each are made by the page's script from this text:
 * written out for every message, they would be a tenth of the page.
 */
export function rulesList(title: string, rules: readonly DocsRule[]): Content {
  if (rules.length === 0) return undefined;
  const families = [...new Set(rules.map(familyOf))].map((family) => {
    const names = rules.filter((rule) => familyOf(rule) === family).map(({ id }) => id.slice(family.length + 1));
    return `${family}/${names.join(', ')}`;
  });
  return html`<p class=u><a href="#rules">${title}</a>: ${families.join('; ')}</p>`;
}

/** The rules that are about every one of several messages. */
export function sharedRules(messages: readonly Message[], rules: readonly DocsRule[]): readonly DocsRule[] {
  if (messages.length < 2) return [];
  return rules.filter((rule) => messages.every((message) => rule.messages.includes(message)));
}

export function rulesSection(rules: readonly DocsRule[], channels: readonly Channel[]): Html | undefined {
  const shown = rules.filter((rule) => rule.channels.length > 0);
  if (shown.length === 0) return undefined;
  const families = [...new Set(shown.map(familyOf))];
  const titles = new Map(channels.map(({ name, title }) => [name, title ?? name]));
  const row = (rule: DocsRule): Html => {
    const where = rule.channels.length === channels.length ? [] : rule.channels.map((name) => titles.get(name) ?? name);
    return html`<dt id="${rule.id}">${rule.id}<dd>${rule.level === 'SHOULD' && [levelMark(rule.level), ' ']}${rule.role !== 'server' && html`<i>${rule.role}</i> `}${rule.sentence}${where.length > 0 && html` <i>${where.join(', ')}</i>`}\n`;
  };
  const parts = families.map(
    (family) =>
      html`<h3 id="rules-${family}">${family}</h3><dl class=r>${shown.filter((rule) => familyOf(rule) === family).map(row)}</dl>\n`,
  );
  return html`<p>What the suite checks: of a server where nothing else is said, and in every channel where none is named. <code>wirepact explain RULE</code> tells more.</p>${parts}`;
}
