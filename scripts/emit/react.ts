// Emits `react.ts` of a channel, where React is asked for: its hooks, with the client and the types of the channel in them.
import type { Channel, Contract } from '../model.ts';
import { camelCase, channelFolder, channelPrefix } from './names.ts';
import { createPrinter, header } from './printer.ts';

export function emitReact(contract: Contract): Map<string, string> {
  return new Map(
    contract.channels.map((channel) => [`${channelFolder(contract, channel)}/react.ts`, printReact(contract, channel)]),
  );
}

interface BoundHook {
  /** What its name ends with, after `use` and the channel's. */
  readonly name: string;
  /** Of `wirepact/react`; its first parameter is the client. */
  readonly hook: string;
  readonly generic?: string;
  /** The others, with their types. */
  readonly parameters?: readonly (readonly [name: string, type: string])[];
  readonly doc: string;
}

const TYPE = 'T extends keyof Received & string';

const BOUND: readonly BoundHook[] = [
  { name: 'Status', hook: 'useWebSocketStatus', doc: 'What the connection is doing; renders when that changes.' },
  {
    name: 'Indicator',
    hook: 'useConnectionIndicator',
    parameters: [['delayMs?', 'number']],
    doc: 'The status, and whether to tell people that they are cut off.',
  },
  { name: 'Send', hook: 'useWebSocketSend', doc: '`send`, `isSending` and `error`.' },
  {
    name: 'Request',
    hook: 'useWebSocketRequest',
    doc: '`request`, which settles with the reply, `isLoading` and `error`.',
  },
  {
    name: 'Subscription',
    hook: 'useWebSocketSubscription',
    generic: TYPE,
    parameters: [
      ['type', 'T'],
      ['handler', '(message: Received[T]) => void'],
    ],
    doc: 'Every message of a type, to a handler that may be written inline. Never renders.',
  },
  {
    name: 'Reports',
    hook: 'useWebSocketReports',
    parameters: [['handler', '(report: Report) => void']],
    doc: 'Gaps, invalid frames, dropped messages, failed tokens. Never renders.',
  },
  {
    name: 'Messages',
    hook: 'useMessages',
    generic: TYPE,
    parameters: [
      ['type', 'T'],
      ['max?', 'number'],
    ],
    doc: 'The newest 1,000 messages of a type, or `max`, the oldest first.',
  },
  {
    name: 'LastMessage',
    hook: 'useLastMessage',
    generic: TYPE,
    parameters: [['...types', 'readonly T[]']],
    doc: 'The newest message of a type, or of several. Lossy: of several in one frame it shows the last.',
  },
  {
    name: 'State',
    hook: 'useChannelState',
    generic: 'S',
    parameters: [
      ['initial', 'S'],
      ['on', 'hooks.Reducers<CHANNEL, S>'],
    ],
    doc: 'State that messages change, and the function that changes it without one.',
  },
];

function printReact(contract: Contract, channel: Channel): string {
  const prefix = channelPrefix(contract, channel);
  const factory = `${camelCase(prefix)}Client`;
  const out = createPrinter();
  out.line(header(contract));
  out.line("'use client';");
  out.line();
  out.line("import type { ClientOptions, Report } from 'wirepact/client';");
  // Under one name, since a channel's own may be any other.
  out.line("import * as hooks from 'wirepact/react';");
  out.line(`import { type ${prefix}Client, ${factory} } from './client.js';`);
  out.line(`import type { ${prefix}Channel } from './types.js';`);
  out.line();
  out.line(`type Received = ${prefix}Channel['server'];`);
  out.line();
  out.line(`const context = /* @__PURE__ */ hooks.createClientContext(${factory});`);
  out.line();
  out.doc(
    `Gives one client of the channel ${channel.name} to all components below, made from these options or given as \`client\`. It is connected while this is mounted.`,
  );
  out.line(`export const ${prefix}Provider: (typeof context)[0] = (props) => context[0](props);`);
  out.line();
  out.doc(`The client of the nearest \`${prefix}Provider\`. The hooks below are about it.`);
  out.line(`export const use${prefix} = (): ${prefix}Client => context[1]();`);
  out.line();
  out.doc('A client of the component, without a provider: for the hooks of `wirepact/react`.');
  const options = `options: ClientOptions<${prefix}Channel>, autoConnect?: boolean`;
  out.line(`export const use${prefix}Client = (${options}): ${prefix}Client =>`);
  out.line(`  hooks.useClient(${factory}, options, autoConnect);`);
  for (const { name, hook, generic, parameters = [], doc } of BOUND) {
    const typed = parameters.map(([parameter, type]) => `${parameter}: ${type.replace('CHANNEL', `${prefix}Channel`)}`);
    const values = [`use${prefix}()`, ...parameters.map(([parameter]) => parameter.replace('?', ''))];
    out.line();
    out.doc(doc);
    out.line(
      `export const use${prefix}${name} = ${generic === undefined ? '' : `<${generic}>`}(${typed.join(', ')}) =>`,
    );
    out.line(`  hooks.${hook}(${values.join(', ')});`);
  }
  return out.toString();
}
