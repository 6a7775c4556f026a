// Shows one channel: its sections in the order in which a reader needs them.
import type { Channel, Contract, Message } from '../../model.ts';
import { kebabCase, uniqueNames } from '../names.ts';
import type { Common } from './common.ts';
import {
  closeCodesSection,
  connectSection,
  heartbeatSection,
  limitsSection,
  type MessageLink,
  queueSection,
  reconnectSection,
} from './connection.ts';
import { type Content, type Html, html } from './html.ts';
import { lifeSection } from './life.ts';
import { markdown } from './markdown.ts';
import { errorSection, messageDetails, overviewSection } from './messages.ts';
import { resyncSection, roomSection } from './room.ts';
import { type DocsRule, rulesLinks } from './rules.ts';

/** @param id anchor of the channel; those of its parts begin with it. */
export function channelSection(
  contract: Contract,
  channel: Channel,
  id: string,
  common: Common,
  rules: readonly DocsRule[],
): Html {
  const messages: readonly Message[] = [...channel.clientMessages, ...channel.serverMessages];
  const ids = uniqueNames(messages, ({ key }) => `${id}-message-${kebabCase(key)}`, '-');
  const idOf = (message: Message): string => ids.get(message) ?? id;
  const link: MessageLink = (key) => {
    const message = messages.find((candidate) => candidate.key === key);
    if (message === undefined) return key;
    return html`<a href="#${idOf(message)}">${message.type}</a>`;
  };
  const sections: [title: string, content: Content][] = [
    ['Connect', connectSection(contract, channel, link)],
    ['Life of a connection', lifeSection(channel)],
    ['Messages', overviewSection(channel, link)],
    ['Messages in full', messageDetails({ ...contract, types: common.types }, channel, link, idOf, rules)],
    ['Errors', errorSection(channel, link, common)],
    ['Rooms and presence', roomSection(channel, link)],
    ['Sequence and resync', resyncSection(channel, link)],
    ['Close codes', closeCodesSection(channel, common, id)],
    ['Heartbeat', heartbeatSection(channel, link)],
    ['Reconnecting', reconnectSection(channel)],
    ['Queue', queueSection(channel)],
    ['Limits', limitsSection(channel, common)],
  ];
  const shown = sections.filter(([, content]) => html`${content}`.text !== '');
  const anchor = (title: string): string => `${id}-${kebabCase(title)}`;
  return html`<section class="channel" id="${id}"><h2><a href="#${id}">${channel.title ?? channel.name}</a></h2>
${markdown(channel.description, 2)}
<nav class="parts" aria-label="${channel.title ?? channel.name}">${shown.map(([title]) => html`<a href="#${anchor(title)}">${title}</a> `)}</nav>
${shown.map(([title, content]) => html`<section id="${anchor(title)}"><h3>${title}</h3>\n${content}${rulesLinks(title, rules)}</section>\n`)}</section>\n`;
}
