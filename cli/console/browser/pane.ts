// A pane: one connection of one user, with what it sends, what it is doing, and a network of its own that can be cut.
import type { ConsoleChannel, ConsoleContract, ConsoleMessage } from '../contract-data.ts';
import type { ChannelValidators } from './channel.ts';
import { createComposer } from './composer.ts';
import { choice, element, labelled } from './element.ts';
import type { NetworkState } from './network.ts';
import { valueAt, withValue } from './place.ts';
import { createSession } from './session.ts';
import type { Happening, Timeline } from './timeline.ts';
import { stateWords } from './words.ts';

export interface PaneOptions {
  readonly contract: ConsoleContract;
  readonly channel: ConsoleChannel;
  readonly validators: ChannelValidators;
  readonly timeline: Timeline;
  /** From 0: its letter, its column, and the user that it begins with. */
  readonly index: number;
  /** Its user changed. */
  readonly renamed: () => void;
}

export interface Pane {
  readonly root: HTMLElement;
  /** `A: ada` */
  readonly name: string;
  dispose(): void;
}

const NETWORKS: readonly (readonly [NetworkState, string])[] = [
  ['up', 'Up'],
  ['cut', 'Cut'],
  ['silent', 'Silent'],
];

export function createPane({ contract, channel, validators, timeline, index, renamed }: PaneOptions): Pane {
  const letter = String.fromCharCode(65 + index);
  const users = choice(contract.users.map(({ id, name }) => ({ value: id, text: name })));
  users.selectedIndex = Math.min(index, contract.users.length - 1);
  const inputs = channel.parameters.map(({ name, value }) => ({ name, input: element('input', { value }) }));
  const state = element('output', { className: 'state' });
  // It counts down; what a listener has to know is in the timeline.
  state.setAttribute('aria-live', 'off');
  const connect = element('button', { type: 'button' });
  const tell = (happening: Omit<Happening, 'pane'>): void => timeline.add({ ...happening, pane: index });
  const session = createSession({ contract, channel, validators, tell, changed: show });

  function show(): void {
    const { snapshot, waiting } = session;
    const words = stateWords(snapshot, waiting);
    state.value = words.state;
    state.dataset.name = snapshot?.ready === true ? 'ready' : (snapshot?.name ?? 'idle');
    connect.textContent = words.isOpen ? 'Disconnect' : 'Connect';
  }

  connect.onclick = () => {
    if (stateWords(session.snapshot).isOpen) session.close();
    else session.open(users.value, Object.fromEntries(inputs.map(({ name, input }) => [name, input.value])));
  };

  const composer = createComposer({
    messages: channel.client,
    button: 'Send',
    prepare: (message) => editable(channel, message, inputs.find(({ name }) => name === channel.room)?.input.value),
    judge: (type, value) => validators.client[type]?.(filled(channel, type, value)).issues ?? [],
    submit: session.send,
  });
  const networks = element('fieldset', { className: 'network' }, element('legend', { textContent: 'Network' }));
  for (const [value, text] of NETWORKS) {
    const input = element('input', { type: 'radio', name: `network-${letter}`, value, checked: value === 'up' });
    input.onchange = () => session.network(value);
    networks.append(element('label', {}, input, text));
  }
  const title = element('h2');
  const fields = [labelled('User', users), ...inputs.map(({ name, input }) => labelled(name, input))];
  const root = element(
    'section',
    { className: 'pane' },
    title,
    element('div', { className: 'fields' }, ...fields),
    element('div', { className: 'fields' }, connect, state),
    networks,
    composer.root,
  );
  root.setAttribute('aria-label', `Pane ${letter}`);
  const name = (): void => {
    title.textContent = `${letter}: ${contract.users.find(({ id }) => id === users.value)?.name ?? ''}`;
  };
  users.onchange = () => {
    session.dispose();
    show();
    name();
    renamed();
  };
  for (const { input } of inputs) input.onchange = composer.reset;
  const clock = setInterval(() => {
    if (session.snapshot?.retryAt !== undefined) show();
  }, 100);
  name();
  composer.reset();
  show();
  return {
    root,
    get name() {
      return title.textContent;
    },
    dispose() {
      clearInterval(clock);
      session.dispose();
    },
  };
}

/** An example without what the client fills in itself, and with the room of the pane. */
function editable(
  { table, roomPaths }: ConsoleChannel,
  { example }: ConsoleMessage,
  room: string | undefined,
): unknown {
  let value = example;
  for (const path of [table.id, table.timestamp]) if (path) value = withValue(value, path, undefined);
  for (const path of roomPaths)
    if (room !== undefined && valueAt(value, path) !== undefined) value = withValue(value, path, room);
  return value;
}

/** As the client will send it: the example's id and time stand for those that it fills in. */
function filled({ table, client }: ConsoleChannel, type: string, value: unknown): unknown {
  const example = client.find((message) => message.type === type)?.example;
  let whole = value;
  for (const path of [table.id, table.timestamp])
    if (path && valueAt(whole, path) === undefined) whole = withValue(whole, path, valueAt(example, path));
  return whole;
}
