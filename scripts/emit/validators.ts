// Emits `validators.ts` of a channel: a compiled check for each message, as typed tables by the discriminator's value.
import type { Channel, Contract, JsonSchema, Message } from '../model.ts';
import { compileChecks } from './compile.ts';
import { channelFolder, channelPrefix } from './names.ts';
import { byName, createPrinter, header, literal, type Printer } from './printer.ts';
import { remembered } from './remembered.ts';
import { reachableDefinitions } from './schema.ts';

export function emitValidators(contract: Contract): Map<string, string> {
  return new Map(
    contract.channels.map((channel) => [
      `${channelFolder(contract, channel)}/validators.ts`,
      printValidators(contract, channel),
    ]),
  );
}

const compile = remembered(
  (input: { schemas: readonly (readonly [string, JsonSchema])[]; definitions: { [name: string]: JsonSchema } }) =>
    compileChecks(new Map(input.schemas), input.definitions),
);

function printValidators(contract: Contract, channel: Channel): string {
  const prefix = channelPrefix(contract, channel);
  const client = checkNames('client', channel.clientMessages);
  const server = checkNames('server', channel.serverMessages);
  const schemas = [...client, ...server].map(([message, name]) => [name, message.schema] as const);
  const definitions = usedDefinitions(
    contract,
    schemas.map(([, schema]) => schema),
  );
  const { imports, parts, checks } = compile({ schemas, definitions });

  const out = createPrinter();
  out.line(header(contract));
  const names = ['createTable', 'type ValidatorTable', ...(parts.length > 0 ? ['type Check'] : []), ...imports];
  out.line(`import { ${names.sort(byName).join(', ')} } from 'wirepact/validation';`);
  out.line(`import type { ${prefix}Channel } from './types.js';`);
  if (parts.length > 0) out.line();
  for (const [name, expression] of parts) out.line(`const ${name}: Check = ${expression};`);
  printTable(out, `${prefix}Channel['client']`, 'client', 'a client sends', client, checks);
  printTable(out, `${prefix}Channel['server']`, 'server', 'the server sends', server, checks);
  out.line();
  out.doc('Validators of both directions.');
  out.block('export const validators: {', '} = { client: clientValidators, server: serverValidators };', () => {
    out.line(`readonly client: ValidatorTable<${prefix}Channel['client']>;`);
    out.line(`readonly server: ValidatorTable<${prefix}Channel['server']>;`);
  });
  return out.toString();
}

/** A name of its own for the check of each message. */
function checkNames(direction: string, messages: readonly Message[]): [Message, string][] {
  return messages.map((message, i) => [message, `${direction}${i}`]);
}

function printTable(
  out: Printer,
  type: string,
  direction: string,
  what: string,
  rows: readonly (readonly [Message, string])[],
  checks: ReadonlyMap<string, string>,
): void {
  out.line();
  out.doc(`Validators of the messages that ${what}, by type. Without a prototype: only these names are in it.`);
  out.block(
    `export const ${direction}Validators: ValidatorTable<${type}> = /* @__PURE__ */ createTable<${type}>({`,
    '});',
    () => {
      for (const [message, name] of rows) out.line(`[${literal(message.type)}]: ${checks.get(name)},`);
    },
  );
}

function usedDefinitions(contract: Contract, schemas: readonly JsonSchema[]): { [name: string]: JsonSchema } {
  return Object.fromEntries(
    reachableDefinitions(schemas, contract.definitions).flatMap((name) => {
      const schema = contract.definitions[name];
      return schema === undefined ? [] : [[name, schema]];
    }),
  );
}
