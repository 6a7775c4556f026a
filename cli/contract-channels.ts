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
  const { imports, code } = compileChecks(schemas, contract.definitions);
  const known: { readonly [name: string]: unknown } = validation;
  // The same code that `generate` writes into a module; here there is no file to import.
  const make = compileFunction(`${code}\nreturn [${names.join(', ')}];`, [...imports], {
    filename: `validators of ${channel.name}`,
  });
  const checks = make(...imports.map((name) => known[name])) as ((value: unknown) => boolean)[];
  const table = messages.map((message, index): [string, Validators[string]] => [
    message.type,
    validation.createValidator(checks[index] ?? (() => false)),
  ]);
  return Object.assign(Object.create(null), Object.fromEntries(table)) as Validators;
}
