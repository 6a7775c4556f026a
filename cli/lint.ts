// `wirepact lint`: everything that is wrong with a document, in one run.

import type { Command } from 'commander';
import type { CommandContext } from './commands.ts';
import { documentPath } from './document.ts';
import { exitCodes } from './exit-codes.ts';
import { hasErrors, printFindings, summary } from './findings.ts';
import { paint } from './io.ts';
import { addReferenceOptions, type ReferenceFlags } from './reference-options.ts';

interface Flags extends ReferenceFlags {
  readonly json?: boolean;
  readonly strict?: boolean;
  readonly official: boolean;
}

const examples = `
Examples:
  wirepact lint                      asyncapi.yaml in this folder
  wirepact lint api/chat.yaml
  wirepact lint --json               for programs: a list of findings
  wirepact lint --strict             warnings fail too

Exit codes: 0 no errors, 1 errors, 4 no such file or flag.`;

export function addLint(program: Command, { io, exit }: CommandContext): void {
  const command = program
    .command('lint [document]')
    .description('check a document: the rules of AsyncAPI, and those of the x-ws keys')
    .option('--json', 'print the findings as JSON')
    .option('--strict', 'fail on warnings too')
    .option('--no-official', 'without the official AsyncAPI parser: faster')
    .addHelpText('after', examples)
    .action(async (named: string | undefined, flags: Flags) => {
      const document = documentPath(named);
      const { loadContract } = await import('../scripts/parse/load.ts');
      const { contract, findings } = await loadContract(document, flags);
      const failed =
        hasErrors(findings) || (flags.strict === true && findings.some((one) => one.severity === 'warning'));
      exit(failed ? exitCodes.failed : exitCodes.ok);
      if (flags.json === true) {
        io.print(JSON.stringify(findings, null, 2));
        return;
      }
      printFindings(findings, io);
      const what = contract === undefined ? '' : ` (${describe(contract)})`;
      if (hasErrors(findings)) io.warn(`${document}: ${summary(findings)}`);
      else
        io.print(
          `${paint(io, 'green', 'ok')} ${document}${what}${findings.length > 0 ? `: ${summary(findings)}` : ''}`,
        );
    });
  addReferenceOptions(command);
}

function describe(contract: import('../scripts/model.ts').Contract): string {
  const channels = contract.channels.length;
  const messages = contract.channels.reduce(
    (sum, one) => sum + one.clientMessages.length + one.serverMessages.length,
    0,
  );
  return `${channels} channel${channels === 1 ? '' : 's'}, ${messages} message${messages === 1 ? '' : 's'}`;
}
