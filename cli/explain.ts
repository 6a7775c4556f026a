// `wirepact explain`: what a rule requires and where the document says so, or what a finding means.
import { existsSync, readFileSync } from 'node:fs';
import type { Command } from 'commander';
import type { RuleRow } from '../conformance/list-rules.ts';
import type { Contract } from '../scripts/model.ts';
import type { CommandContext } from './commands.ts';
import { documentPath } from './document.ts';
import { UsageError } from './exit-codes.ts';
import { type Io, paint } from './io.ts';

interface Flags {
  readonly contract?: string;
}

const examples = `
Examples:
  wirepact explain delivery/receivers
  wirepact explain delivery/receivers@chat.chat_message     one place of it
  wirepact explain reference-unresolved                     a finding of lint`;

export function addExplain(program: Command, { io }: CommandContext): void {
  program
    .command('explain <rule>')
    .description('say what a rule requires, and where the document says so')
    .option('--contract <file>', 'the document')
    .addHelpText('after', examples)
    .action(async (name: string, flags: Flags) => {
      const { findingCodes } = await import('../scripts/errors.ts');
      const finding = Object.entries(findingCodes).find(([code]) => code === name);
      if (finding !== undefined) {
        io.print(`${paint(io, 'bold', name)}\n\n${finding[1]}`);
        return;
      }
      const contract = await contractOf(flags.contract);
      const { listRules } = await import('../conformance/list-rules.ts');
      const rows = listRules(contract);
      const row = rows.find(({ id }) => id === name.split('@')[0]);
      if (row === undefined) {
        const { nearest } = await import('../scripts/parse/nearest.ts');
        const near = nearest(name, [...rows.map(({ id }) => id), ...Object.keys(findingCodes)]);
        throw new UsageError(
          `There is no rule ${name}.${near === undefined ? ' wirepact rules lists them.' : ` Did you mean ${near}?`}`,
        );
      }
      await explain(row, name, contract, flags, io);
    });
}

/** Without a document rules can be explained too: with no place. */
async function contractOf(named: string | undefined): Promise<Contract> {
  const { parseContract } = await import('../scripts/parse/load.ts');
  if (named === undefined && !existsSync('asyncapi.yaml')) {
    return {
      modelVersion: 1,
      title: '',
      version: '',
      document: '',
      hash: '',
      servers: [],
      channels: [],
      definitions: {},
    };
  }
  return parseContract(documentPath(named));
}

async function explain(row: RuleRow, name: string, contract: Contract, flags: Flags, io: Io): Promise<void> {
  const { exampleOf, excerpt, needsOf } = await import('./explain-place.ts');
  const instances = name.includes('@') ? row.instances.filter(({ id }) => id === name) : row.instances;
  if (name.includes('@') && instances.length === 0) {
    const known = row.instances.map(({ id }) => id).join(', ');
    throw new UsageError(
      `${row.id} has no place ${name}. ${known === '' ? 'It does not apply to this document.' : `It has: ${known}.`}`,
    );
  }
  io.print(`${paint(io, 'bold', row.id)}  ${row.level}, ${row.role}\n\n${row.sentence}`);
  if (row.notObservable !== undefined) io.print(`\nNot observable: ${row.notObservable}`);
  if (instances.length === 0)
    io.print(`\nIt does not apply to ${contract.document || 'any document here: name one with --contract'}.`);
  else io.print('');
  for (const { id, level, pointer, line } of instances) {
    io.print(`${id}  ${level}  ${paint(io, 'dim', `${contract.document}:${line} ${pointer}`)}`);
  }
  const [first] = instances;
  if (first === undefined) return;
  const path = documentOf(flags);
  const lines = path === null ? [] : excerpt(readFileSync(path, 'utf8'), first.line);
  if (lines.length > 0) io.print(`\nThe document says (line ${first.line}):\n${indented(lines)}`);
  const about = instances.map((one) => exampleOf(contract, one)).find((example) => example !== null);
  if (about !== undefined) io.print(`\nExample:\n${indented([about ?? ''])}`);
  if (row.notObservable !== undefined) return;
  const needs = needsOf(
    contract,
    row.id,
    instances.map(({ id }) => id),
  );
  if (row.role === 'server') {
    const more = needs.length === 0 ? 'an address is enough' : `besides an address\n${indented(needs)}`;
    io.print(`\nNeeds, of the target file: ${more}`);
  }
  const target = {
    server: 'server --target FILE',
    client: 'client --adapter COMMAND',
    pair: 'pair --target FILE --adapter COMMAND',
  };
  io.print(`\nCheck it: wirepact test ${target[row.role]} --rule '${name}'`);
}

function indented(lines: readonly string[]): string {
  return lines.map((line) => `  ${line}`).join('\n');
}

function documentOf({ contract }: Flags): string | null {
  return contract === undefined && !existsSync('asyncapi.yaml') ? null : documentPath(contract);
}
