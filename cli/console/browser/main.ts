// The console's page: a channel, two panes or more, the server's own side, and the timeline that they share.
import type { ConsoleContract } from '../contract-data.ts';
import type { ChannelValidators } from './channel.ts';
import { choice, element, labelled } from './element.ts';
import { createPane, type Pane } from './pane.ts';
import { createPublisher } from './publisher.ts';
import { createTimeline } from './timeline.ts';

export * as validation from '../../../runtime/validation/index.ts';

const FIRST_PANES = 2;
const MOST_PANES = 6;

/** Called by `contract.js`, with the validators of the channels in their order. */
export function start(contract: ConsoleContract, validators: readonly ChannelValidators[]): void {
  const timeline = createTimeline();
  const channels = choice(contract.channels.map(({ name, title }) => ({ value: name, text: title })));
  const add = element('button', { type: 'button', textContent: 'Add a pane' });
  const clear = element('button', { type: 'button', textContent: 'Clear the timeline' });
  const panes = element('div', { className: 'panes' });
  let open: Pane[] = [];

  const rename = (): void => timeline.name(open.map(({ name }) => name));

  function addPane(): void {
    const index = channels.selectedIndex;
    const [channel, own] = [contract.channels[index], validators[index]];
    if (channel === undefined || own === undefined || open.length >= MOST_PANES) return;
    const pane = createPane({ contract, channel, validators: own, timeline, index: open.length, renamed: rename });
    open.push(pane);
    panes.insertBefore(pane.root, panes.querySelector('[aria-label=Server]'));
    add.disabled = open.length === MOST_PANES;
    rename();
  }

  function change(): void {
    for (const pane of open) pane.dispose();
    open = [];
    panes.replaceChildren();
    timeline.clear();
    const index = channels.selectedIndex;
    const [channel, own] = [contract.channels[index], validators[index]];
    const publisher = channel && own && createPublisher({ channel, users: contract.users, validators: own });
    if (publisher) panes.append(publisher);
    for (let i = 0; i < FIRST_PANES; i++) addPane();
    location.hash = channels.value;
  }

  const named = contract.channels.findIndex(({ name }) => name === decodeURIComponent(location.hash.slice(1)));
  channels.selectedIndex = Math.max(named, 0);
  channels.onchange = change;
  add.onclick = addPane;
  clear.onclick = timeline.clear;
  document
    .getElementById('console')
    ?.replaceChildren(
      element('div', { className: 'bar' }, labelled('Channel', channels), add, clear),
      panes,
      element('h2', { textContent: 'Timeline' }),
      timeline.root,
    );
  change();
}
