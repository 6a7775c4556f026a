// Makes a contract's channels ready for the server runtime without generating files: tables, and validators in memory.
import { compileFunction } from 'node:vm';
import type { ChannelContract } from '../runtime/server/index.ts';
import * as validation from '../runtime/validation/index.ts';
import { compileChecks } from '../scripts/emit/compile.ts';
import { serverTable } from '../scripts/emit/server-table.ts';
import type { Channel, Contract, Message } from '../scripts/model.ts';

export function contractChannels(contract: Contract): ChannelContract[] {
  return contract.channels.map((channel) => ({
    table: serverTable(contract, channel),
    validators: {
      client: compileValidators(contract, channel, channel.clientMessages),
      server: compileValidators(contract, channel, channel.serverMessages),
    },
  }));
}

type Validators = ChannelContract['validators']['client'];

function compileValidators(contract: Contract, channel: Channel, messages: readonly Message[]): Validators {
  const names = messages.map((_, index) => `check${index}`);
  const schemas = new Map(messages.map((message, index) => [names[index] ?? '', message.schema]));
  const { imports, parts, checks } = compileChecks(schemas, contract.definitions);
  const known: { readonly [name: string]: unknown } = validation;
  // What `generate` writes into a module; here there is no file to import.
  const code = [
    ...parts.map(([name, expression]) => `const ${name} = ${expression};`),
    `return [${names.map((name) => checks.get(name)).join(', ')}];`,
  ];
  const compiled = compileFunction(code.join('\n'), [...imports], { filename: `validators of ${channel.name}` });
  const made = compiled(...imports.map((name) => known[name])) as validation.Check[];
  const table = messages.map((message, index): [string, Validators[string]] => [
    message.type,
    validation.createValidator(made[index] ?? validation.never),
  ]);
  return Object.assign(Object.create(null), Object.fromEntries(table)) as Validators;
}
