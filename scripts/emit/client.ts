// Emits `client.ts` of a channel: its table and the typed way to open a client on it.
import type { Channel, Contract, Pointer } from '../model.ts';
import { clientTable } from './client-table.ts';
import { camelCase, channelFolder, channelPrefix } from './names.ts';
import { byName, createPrinter, header, literal, type Printer, propertyName, tableRow } from './printer.ts';

/** The part of the runtime that a row of the table needs. What no row needs, no browser loads. */
const PARTS = { answering: 'answering', beating: 'beating', resync: 'ordering', unique: 'repeats' };

export function emitClient(contract: Contract): Map<string, string> {
  return new Map(
    contract.channels.map((channel) => [
      `${channelFolder(contract, channel)}/client.ts`,
      printClient(contract, channel),
    ]),
  );
}

function printClient(contract: Contract, channel: Channel): string {
  const prefix = channelPrefix(contract, channel);
  const name = camelCase(prefix);
  const { discriminator, id, timestamp } = channel.envelope;
  const types = [`${prefix}Channel`, union([discriminator]), union([id, timestamp])].join(', ');
  const out = createPrinter();
  out.line(header(contract));
  const table = clientTable(contract, channel);
  const parts = Object.entries(PARTS).flatMap(([row, part]) => (row in table ? [part] : []));
  const imports = ['type Client', 'type ClientOptions', 'type ClientTable', 'createClient', ...parts];
  out.line(`import { ${imports.sort(byName).join(', ')} } from 'wirepact/client';`);
  out.line(`import type { ${prefix}Channel } from './types.js';`);
  out.line("import { serverValidators } from './validators.js';");
  out.line();
  out.doc(`What a client of the channel ${channel.name} does by the contract.`);
  out.block(`export const ${name}Table: ClientTable = /* @__PURE__ */ Object.freeze<ClientTable>({`, '});', () =>
    printRows(out, table),
  );
  out.line();
  out.doc(`A client of the channel ${channel.name}: what it sends, and hears, by type.`);
  out.line(`export type ${prefix}Client = Client<${types}>;`);
  out.line();
  out.doc('Makes a client. Nothing is opened before `connect()`.');
  out.line(`export function ${name}Client(options: ClientOptions<${prefix}Channel>): ${prefix}Client {`);
  out.line(`  return createClient<${types}>(${name}Table, serverValidators, options);`);
  out.line('}');
  return out.toString();
}

/** Names at the root of a message as a type. */
function union(pointers: readonly (Pointer | null)[]): string {
  const names = pointers.flatMap((pointer) => (pointer === null || pointer.indexOf('/', 1) > 0 ? [] : [pointer]));
  const text = names.map((pointer) => literal(pointer.slice(1).replaceAll('~1', '/').replaceAll('~0', '~')));
  return text.length === 0 ? 'never' : text.join(' | ');
}

/** A row a line; messages, a line each. Parts stand by their names. */
function printRows(out: Printer, table: { readonly [name: string]: unknown }): void {
  for (const [name, value] of Object.entries(table)) {
    if (name === 'messages' && typeof value === 'object' && value !== null)
      out.block('messages: {', '},', () => {
        for (const [type, row] of Object.entries(value)) out.line(tableRow(type, row));
      });
    else if (name === 'answering' || name === 'beating') out.line(`${name},`);
    else if (name === 'unique') out.line(`unique: () => repeats(${literal(value)}),`);
    else if (name === 'resync') out.line(`resync: ${literal(value).replace('{ ', '{ ordering, ')},`);
    else out.line(`${propertyName(name)}: ${literal(value)},`);
  }
}
