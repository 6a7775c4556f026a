// `wirepact rules`: which rules a document gives rise to.
import type { Command } from 'commander';
import type { CommandContext } from './commands.ts';
import { documentPath } from './document.ts';
import { countOf, paint } from './io.ts';
import { addReferenceOptions, type ReferenceFlags } from './reference-options.ts';

interface Flags extends ReferenceFlags {
  readonly json?: boolean;
  readonly all?: boolean;
}

const examples = `
Examples:
  wirepact rules                     the rules of asyncapi.yaml in this folder
  wirepact rules --all               also those that do not apply to it
  wirepact rules --json              for programs, with every instance
  wirepact explain RULE              one of them in full`;

export function addRules(program: Command, { io }: CommandContext): void {
  const command = program
    .command('rules [document]')
    .description('list the rules that a document gives rise to')
    .option('--json', 'print them as JSON, with every instance')
    .option('--all', 'list also those that do not apply')
    .addHelpText('after', examples)
    .action(async (named: string | undefined, flags: Flags) => {
      const { parseContract } = await import('../scripts/parse/load.ts');
      const contract = parseContract(documentPath(named), flags);
      if (flags.json === true) {
        const { rulesJson } = await import('./rules-json.ts');
        io.print(rulesJson(contract));
        return;
      }
      const { listRules } = await import('../conformance/list-rules.ts');
      const rows = listRules(contract);
      const shown = rows.filter((row) => flags.all === true || row.instances.length > 0);
      const width = Math.max(0, ...shown.map(({ id }) => id.length));
      for (const { id, level, role, sentence, instances, notObservable } of shown) {
        const places = notObservable === undefined ? countOf(instances.length, 'place') : 'not observable';
        io.print(
          `${id.padEnd(width)}  ${paint(io, level === 'MUST' ? 'bold' : 'dim', level.padEnd(6))}  ${role.padEnd(6)}  ${sentence}  ${paint(io, 'dim', `(${places})`)}`,
        );
      }
      const instances = shown.reduce((sum, row) => sum + row.instances.length, 0);
      const hidden = rows.length - shown.length;
      io.print(
        `${countOf(shown.length, 'rule')}, ${countOf(instances, 'place')}${hidden > 0 ? `; ${hidden} do not apply to this document` : ''}`,
      );
    });
  addReferenceOptions(command);
}
