// `wirepact diff`: what changed between two contracts, and whom it breaks.
import type { Command } from 'commander';
import type { Change } from '../scripts/diff/change.ts';
import type { Contract } from '../scripts/model.ts';
import type { CommandContext } from './commands.ts';
import { documentPath } from './document.ts';
import { exitCodes, UsageError } from './exit-codes.ts';
import { hasErrors, printFindings } from './findings.ts';
import { countOf, type Io, paint } from './io.ts';

interface Flags {
  readonly json?: boolean;
  readonly markdown?: boolean;
}

const examples = `
A change breaks servers where a server built to OLD fails against clients of NEW; it breaks clients where a client built to
OLD fails against a server of NEW. What both documents only recommend (SHOULD) breaks nobody.

Examples:
  wirepact diff old/asyncapi.yaml asyncapi.yaml
  git show main:asyncapi.yaml > /tmp/main.yaml && wirepact diff /tmp/main.yaml asyncapi.yaml --markdown

Exit codes: 0 nothing breaks, 1 something breaks, 4 a document cannot be read.`;

export function addDiff(program: Command, { io, exit }: CommandContext): void {
  program
    .command('diff <old> <new>')
    .description('compare two documents: what changed, and whether it breaks servers or clients')
    .option('--markdown', 'print tables for a pull request')
    .option('--json', 'print the changes as JSON, for programs')
    .addHelpText('after', examples)
    .action(async (oldPath: string, newPath: string, flags: Flags) => {
      const [before, after] = [await read(oldPath, io), await read(newPath, io)];
      const { diffContracts } = await import('../scripts/diff/contracts.ts');
      const changes = diffContracts(before, after);
      exit(changes.some(({ breaks }) => breaks.length > 0) ? exitCodes.failed : exitCodes.ok);
      if (flags.json === true) io.print(JSON.stringify(changes, null, 2));
      else if (flags.markdown === true) {
        const { diffMarkdown } = await import('../scripts/diff/markdown.ts');
        io.print(diffMarkdown(changes, { before: oldPath, after: newPath }).trimEnd());
      } else await print(changes, { before: oldPath, after: newPath }, io);
    });
}

/** A document with mistakes has no meaning that could be compared. */
async function read(path: string, io: Io): Promise<Contract> {
  const { readContract } = await import('../scripts/parse/load.ts');
  const { contract, findings } = readContract(documentPath(path));
  if (contract !== undefined && !hasErrors(findings)) return contract;
  printFindings(findings, io);
  throw new UsageError(`${path} cannot be compared: it has mistakes. Mend them first: wirepact lint ${path}`);
}

async function print(
  changes: readonly Change[],
  { before, after }: { readonly before: string; readonly after: string },
  io: Io,
): Promise<void> {
  const { whereOf, whom } = await import('../scripts/diff/markdown.ts');
  for (const change of changes) {
    const isBreaking = change.breaks.length > 0;
    const verdict = isBreaking ? paint(io, 'red', `breaks ${whom(change)}`) : paint(io, 'dim', 'compatible');
    const place = `${change.gone ? before : after}:${change.source.line}`;
    io.print(`${verdict}  ${whereOf(change)}  ${change.sentence}  ${paint(io, 'dim', `${change.id}  ${place}`)}`);
  }
  const breaking = changes.filter(({ breaks }) => breaks.length > 0).length;
  io.print(changes.length === 0 ? 'No rule changed.' : `${countOf(changes.length, 'change')}, ${breaking} breaking.`);
}
