// Emits `server.ts` of a channel: its table and the typed way to bind handlers to it.
import type { Channel, Contract } from '../model.ts';
import { camelCase, channelFolder, channelPrefix } from './names.ts';
import { createPrinter, header, literal, type Printer, propertyName, tableRow } from './printer.ts';
import { serverTable } from './server-table.ts';

export function emitServer(contract: Contract): Map<string, string> {
  return new Map(
    contract.channels.map((channel) => [
      `${channelFolder(contract, channel)}/server.ts`,
      printServer(contract, channel),
    ]),
  );
}

function printServer(contract: Contract, channel: Channel): string {
  const prefix = channelPrefix(contract, channel);
  const name = camelCase(prefix);
  const out = createPrinter();
  out.line(header(contract));
  out.line(
    "import { type BoundChannel, bindChannel, type ChannelContract, freezeTable, type Handlers } from 'wirepact/server';",
  );
  out.line(`import type { ${prefix}Channel } from './types.js';`);
  out.line("import { validators } from './validators.js';");
  out.line();
  out.doc(`The channel ${channel.name} as its server sees it.`);
  out.block(`export interface ${prefix}Server extends ${prefix}Channel {`, '}', () => {
    out.doc('What the runtime writes into numbered messages.');
    out.line(`readonly added: ${union(addedPointers(channel))};`);
    out.doc('Messages that handlers handle.');
    out.line(`readonly handled: ${union(handledTypes(channel))};`);
    out.doc('Roles that the contract asks for.');
    out.line(`readonly roles: ${union(rolesOf(channel))};`);
  });
  out.line();
  out.doc('The domain of the channel: what its server does with each message.');
  out.line(
    `export type ${prefix}Handlers<State = undefined, Folded = unknown> = Handlers<${prefix}Server, State, Folded>;`,
  );
  out.line();
  out.doc('What the runtime enforces.');
  out.block(`export const ${name}Contract: ChannelContract = /* @__PURE__ */ Object.freeze({`, '});', () => {
    out.block('table: /* @__PURE__ */ freezeTable({', '}),', () => printRows(out, serverTable(contract, channel)));
    out.line('validators,');
  });
  out.line();
  out.doc('Binds handlers to the channel, for `createServer`.');
  out.block(
    `export function bind${prefix}<State = undefined, Folded = unknown>(`,
    `): BoundChannel<${prefix}Server> {`,
    () => out.line(`handlers: ${prefix}Handlers<State, Folded>,`),
  );
  out.line(`  return bindChannel<${prefix}Server, State, Folded>(${name}Contract, handlers);`);
  out.line('}');
  return out.toString();
}

/** A row a line; below, on one. */
function printRows(out: Printer, table: { readonly [name: string]: unknown }): void {
  for (const [name, value] of Object.entries(table)) {
    const isMap = (name === 'client' || name === 'server' || name === 'limits') && typeof value === 'object';
    if (isMap && value !== null) {
      out.block(`${propertyName(name)}: {`, '},', () => {
        for (const [type, row] of Object.entries(value)) out.line(tableRow(type, row));
      });
    } else out.line(`${propertyName(name)}: ${literal(value)},`);
  }
}

function union(words: readonly string[]): string {
  return words.length === 0 ? 'never' : [...new Set(words)].map(literal).join(' | ');
}

function addedPointers({ resync }: Channel): string[] {
  if (resync === null) return [];
  return [resync.sequence, resync.timestamp, resync.snapshot?.sequence].filter(
    (pointer) => typeof pointer === 'string',
  );
}

function handledTypes(channel: Channel): string[] {
  const own = new Set([
    ...channel.heartbeats.flatMap(({ ping, pong }) => [ping, pong]),
    channel.room?.join?.message,
    channel.room?.leave?.message,
    channel.resync?.request.message,
  ]);
  return channel.clientMessages.filter(({ key }) => !own.has(key)).map(({ type }) => type);
}

function rolesOf(channel: Channel): string[] {
  return channel.clientMessages.flatMap(({ requires }) =>
    requires.flatMap((row) => (row.condition === 'role' ? [row.role] : [])),
  );
}
