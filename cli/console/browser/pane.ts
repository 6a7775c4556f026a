// A pane: one connection of one user, with what it sends, what it is doing, and a network of its own that can be cut.
import { type Client, createClient, type Report, type Snapshot } from '../../../runtime/client/index.ts';
import type { ConsoleChannel, ConsoleContract, ConsoleMessage } from '../contract-data.ts';
import { type AnyChannel, type ChannelValidators, tableOf } from './channel.ts';
import { createComposer } from './composer.ts';
import { choice, element, labelled } from './element.ts';
import { createNetwork, type NetworkState } from './network.ts';
import { valueAt, withValue } from './place.ts';
import type { Happening, Timeline } from './timeline.ts';

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
  const { table } = channel;
  const letter = String.fromCharCode(65 + index);
  const users = choice(contract.users.map(({ id, name }) => ({ value: id, text: name })));
  users.selectedIndex = Math.min(index, contract.users.length - 1);
  const inputs = channel.parameters.map(({ name, value }) => ({ name, input: element('input', { value }) }));
  const state = element('output', { className: 'state' });
  const connect = element('button', { type: 'button', textContent: 'Connect' });
  let client: Client<AnyChannel> | null = null;
  let told: Snapshot | undefined;
  let waiting = 0;

  const tell = (happening: Omit<Happening, 'pane'>): void => timeline.add({ ...happening, pane: index });
  const beats = new Set([table.ping?.type, table.ping?.reply, table.pong?.ping, table.pong?.type]);
  const network = createNetwork({
    frame(way, text) {
      const type = typeOf(text);
      tell({ kind: way, title: type, detail: text, rule: channel.rules[`${way}:${type}`], isBeat: beats.has(type) });
    },
    closed(code) {
      const rule = channel.rules[`close:${code}`] ?? channel.rules['close:other'];
      tell({ kind: 'state', title: `closed with ${code}`, rule });
    },
  });

  function typeOf(text: string): string {
    try {
      const value: unknown = JSON.parse(text);
      return table.type === undefined ? 'message' : String(valueAt(value, table.type));
    } catch {
      return 'not JSON';
    }
  }

  const userName = (): string => contract.users.find(({ id }) => id === users.value)?.name ?? '';

  function open(): void {
    client?.dispose();
    const { value: user } = users;
    client = createClient<AnyChannel>(tableOf(channel, contract.timeScale), validators.server, {
      url: `${contract.url}${table.pathname}`,
      parameters: Object.fromEntries(inputs.map(({ name, input }) => [name, input.value])),
      query: channel.query,
      WebSocket: network.Socket,
      onReport: (report) => tell({ kind: 'report', ...reportWords(report) }),
      token: async ({ signal }) => {
        const query = new URLSearchParams({ channel: channel.name, user });
        const response = await fetch(`/token?${query}`, { signal });
        if (!response.ok) throw new Error(`There is no token for ${user}.`);
        return await response.text();
      },
    });
    told = undefined;
    client.subscribe(show);
    client.connect();
    show();
  }

  /** Says in words what the client does; in the timeline, what changed. */
  function show(): void {
    const next = client?.state;
    const { attempt: made = 0, retryAt } = next ?? {};
    const left = retryAt === undefined ? '' : `${Math.max(0, (retryAt - Date.now()) / 1000).toFixed(1)} s`;
    const attempt = retryAt !== undefined ? `, attempt ${made + 1} in ${left}` : made > 0 ? `, attempt ${made}` : '';
    const ready = next?.ready === true ? ', ready' : '';
    const held = waiting > 0 ? `, ${waiting} waiting` : '';
    state.value = `${next?.name ?? 'idle'}${ready}${attempt}${held}`;
    state.dataset.name = next?.ready === true ? 'ready' : (next?.name ?? 'idle');
    connect.textContent =
      next === undefined || next.name === 'closed' || next.name === 'idle' ? 'Connect' : 'Disconnect';
    if (next === undefined || next === told) return;
    const isNews = next.name !== told?.name || next.ready !== told.ready || next.retryAt !== told.retryAt;
    told = next;
    const reason = next.reason === undefined ? '' : ` (${next.reason})`;
    if (isNews) tell({ kind: 'state', title: `${next.name}${ready}${attempt}${reason}` });
  }

  function send(type: string, value: unknown): void {
    if (client === null || typeof value !== 'object' || value === null) {
      const why = client === null ? 'not connected: press Connect' : 'only an object can be sent';
      tell({ kind: 'report', title: why });
      return;
    }
    const before = client.state.ready;
    waiting += 1;
    if (!before) tell({ kind: 'state', title: `${type} is given to the client, which is not ready` });
    const failed = (error: unknown): void =>
      tell({ kind: 'report', title: `${type} failed`, detail: error instanceof Error ? error.message : String(error) });
    client
      .send(type, { ...value })
      .catch(failed)
      .finally(() => {
        waiting -= 1;
        show();
      });
    show();
  }

  /** Without what the client fills in itself, and with the room of this pane. */
  function prepare({ example }: ConsoleMessage): unknown {
    let value = example;
    for (const path of [table.id, table.timestamp]) if (path) value = withValue(value, path, undefined);
    const room = inputs.find(({ name }) => name === channel.room)?.input.value;
    for (const path of channel.roomPaths)
      if (room !== undefined && valueAt(value, path) !== undefined) value = withValue(value, path, room);
    return value;
  }

  /** As the client will send it: an example's id and time stand for those that it fills in. */
  function filled(type: string, value: unknown): unknown {
    const example = channel.client.find((message) => message.type === type)?.example;
    let whole = value;
    for (const path of [table.id, table.timestamp])
      if (path && valueAt(whole, path) === undefined) whole = withValue(whole, path, valueAt(example, path));
    return whole;
  }

  const composer = createComposer({
    messages: channel.client,
    button: 'Send',
    prepare,
    judge: (type, value) => validators.client[type]?.(filled(type, value)).issues ?? [],
    submit: send,
  });
  const networks = element('fieldset', { className: 'network' }, element('legend', { textContent: 'Network' }));
  for (const [value, text] of NETWORKS) {
    const input = element('input', { type: 'radio', name: `network-${letter}`, value, checked: value === 'up' });
    input.onchange = () => {
      tell({ kind: 'state', title: `network ${value}` });
      network.become(value);
    };
    networks.append(element('label', {}, input, text));
  }
  const title = element('h2');
  const root = element(
    'section',
    { className: 'pane' },
    title,
    element(
      'div',
      { className: 'fields' },
      labelled('User', users),
      ...inputs.map(({ name, input }) => labelled(name, input)),
    ),
    element('div', { className: 'fields' }, connect, state),
    networks,
    composer.root,
  );
  root.setAttribute('aria-label', `Pane ${letter}`);
  const rename = (): void => {
    title.textContent = `${letter}: ${userName()}`;
    renamed();
  };
  users.onchange = () => {
    close();
    rename();
  };
  for (const { input } of inputs) input.onchange = composer.reset;

  function close(): void {
    client?.dispose();
    client = null;
    show();
  }

  connect.onclick = () => {
    if (client === null || client.state.name === 'closed' || client.state.name === 'idle') open();
    else client.close();
  };
  const clock = setInterval(() => {
    if (client?.state.retryAt !== undefined) show();
  }, 100);
  title.textContent = `${letter}: ${userName()}`;
  composer.reset();
  show();
  return {
    root,
    get name() {
      return title.textContent;
    },
    dispose() {
      clearInterval(clock);
      client?.dispose();
    },
  };
}

function reportWords(report: Report): { readonly title: string; readonly detail?: string } {
  switch (report.kind) {
    case 'gap':
      return { title: `gap: ${report.from} to ${report.to} are lost` };
    case 'dropped':
      return { title: `${report.type} was dropped: ${report.code}`, detail: JSON.stringify(report.message) };
    case 'token':
    case 'handler':
      return { title: `${report.kind} failed`, detail: String(report.error) };
    case 'unread':
      return { title: 'messages were not read' };
    case 'invalid':
      return { title: `invalid frame: ${report.type}`, detail: JSON.stringify(report.issues) };
    default:
      return { title: `${report.kind} frame`, detail: String(report.data) };
  }
}
