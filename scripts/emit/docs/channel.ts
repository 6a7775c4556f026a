// Shows one channel: its sections in the order in which a reader needs them.
import type { Channel, Contract, Message } from '../../model.ts';
import { kebabCase, uniqueNames } from '../names.ts';
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

/** @param id anchor of the channel; those of its parts begin with it. */
export function channelSection(contract: Contract, channel: Channel, id: string): Html {
  const messages: readonly Message[] = [...channel.clientMessages, ...channel.serverMessages];
  const ids = uniqueNames(messages, ({ key }) => `${id}-message-${kebabCase(key)}`, '-');
  const idOf = (message: Message): string => ids.get(message) ?? id;
  const link: MessageLink = (key) => {
    const message = messages.find((candidate) => candidate.key === key);
    if (message === undefined) return key;
    return html`<a href="#${idOf(message)}"><code>${message.type}</code></a>`;
  };
  const sections: [title: string, content: Content][] = [
    ['Connect', connectSection(contract, channel, link)],
    ['Life of a connection', lifeSection(channel)],
    ['Messages', overviewSection(channel, link)],
    ['Messages in full', messageDetails(contract, channel, link, idOf)],
    ['Errors', errorSection(channel, link)],
    ['Rooms and presence', roomSection(channel, link)],
    ['Sequence and resync', resyncSection(channel, link)],
    ['Close codes', closeCodesSection(channel)],
    ['Heartbeat', heartbeatSection(channel, link)],
    ['Reconnecting', reconnectSection(channel)],
    ['Queue', queueSection(channel)],
    ['Limits', limitsSection(channel)],
  ];
  const shown = sections.filter(([, content]) => html`${content}`.text !== '');
  const anchor = (title: string): string => `${id}-${kebabCase(title)}`;
  return html`<section class="channel" id="${id}"><h2><a href="#${id}">${channel.title ?? channel.name}</a></h2>
${markdown(channel.description, 2)}
<nav class="parts">${shown.map(([title]) => html`<a href="#${anchor(title)}">${title}</a> `)}</nav>
${shown.map(([title, content]) => html`<section id="${anchor(title)}"><h3>${title}</h3>\n${content}</section>\n`)}</section>\n`;
}
