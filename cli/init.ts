// `wirepact init`: a starting document where there is none, the missing keys where there is one, and a target file.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import type { Command } from 'commander';
import type { CommandContext } from './commands.ts';
import { usualDocument } from './document.ts';
import { exitCodes, UsageError } from './exit-codes.ts';
import { hasErrors, printFindings, summary } from './findings.ts';
import type { Addition } from './init/additions.ts';
import { countOf, type Io, paint } from './io.ts';

interface Flags {
  readonly target?: string;
}

const examples = `
Nothing that is there is overwritten: of a document only what it lacks is added, by guesses from what it says. What a person
has to decide is marked with a comment, # Decide:

Examples:
  wirepact init                              a document and a target file to start from; or, where asyncapi.yaml is here, its keys
  wirepact init api/chat.yaml                adds what it lacks to that document
  wirepact init --target mock.target.yaml    names the target file

Exit codes: 0 done, 1 mistakes in the document, 4 a file is there already, or no such flag.`;

export function addInit(program: Command, { io, exit }: CommandContext): void {
  program
    .command('init [document]')
    .description('begin: writes a starting document and a target file, or adds the missing keys to a document')
    .option('--target <file>', 'the target file (default: target.yaml beside the document)')
    .addHelpText('after', examples)
    .action(async (named: string | undefined, flags: Flags) => {
      const document = named ?? usualDocument() ?? 'asyncapi.yaml';
      if (flags.target !== undefined && existsSync(flags.target))
        throw new UsageError(
          `${flags.target} is there already, and is not overwritten. Name another file, or remove it.`,
        );
      const isDone = existsSync(document) ? await addKeys(document, io) : await begin(document, io);
      if (!isDone) {
        exit(exitCodes.failed);
        return;
      }
      await writeTarget(document, flags, io);
    });
}

async function begin(document: string, io: Io): Promise<boolean> {
  if (!/\.ya?ml$/.test(document))
    throw new UsageError(`A new document is YAML: ${document} ends otherwise. Name it asyncapi.yaml, or the like.`);
  if (!existsSync(dirname(document)))
    throw new UsageError(`There is no folder ${dirname(document)}. Make it, then begin again.`);
  const { startingDocument } = await import('./init/starting-document.ts');
  writeFileSync(document, startingDocument(basename(resolve(dirname(document)))));
  io.print(
    `${paint(io, 'green', 'wrote')} ${document}: a room in which people talk; every line is meant to be changed`,
  );
  return true;
}

/** False, with the findings printed, where the document has mistakes. */
async function addKeys(document: string, io: Io): Promise<boolean> {
  const [{ loadContract }, { inferKeys }, { insertKeys }] = await Promise.all([
    import('../scripts/parse/load.ts'),
    import('./init/infer-keys.ts'),
    import('./init/insert.ts'),
  ]);
  const { contract, findings } = await loadContract(document, { official: false });
  const errors = findings.filter(({ severity }) => severity === 'error');
  // A document that has some keys already lacks others: that is what is mended here.
  const mistakes = errors.filter(({ code }) => code !== 'delivery-missing');
  if (contract === undefined || mistakes.length > 0) {
    printFindings(mistakes, io);
    io.warn(`${document} was left as it is: it has ${summary(mistakes)}`);
    return false;
  }
  // A guess too many makes mistakes of a document that had none: then without those that stand on names alone.
  for (const bold of [true, false]) {
    const { texts, added, uncommented, left } = insertKeys(document, inferKeys(contract, bold));
    const before = new Map([...texts.keys()].map((path) => [path, readFileSync(path, 'utf8')]));
    for (const [path, text] of texts) writeFileSync(path, text);
    const after = await loadContract(document, { official: false });
    if (!hasErrors(after.findings)) {
      tell(document, { added, uncommented, left, files: texts.size }, io);
      return true;
    }
    // Never leaves a document worse than it was.
    for (const [path, text] of before) writeFileSync(path, text);
    if (bold) continue;
    printFindings(
      after.findings.filter(({ severity }) => severity === 'error'),
      io,
    );
    io.warn(`${document} was left as it is: with the guessed keys it would have ${summary(after.findings)}`);
  }
  return false;
}

interface Outcome {
  readonly added: readonly Addition[];
  readonly uncommented: readonly Addition[];
  readonly left: readonly Addition[];
  readonly files: number;
}

function tell(document: string, { added, uncommented, left, files }: Outcome, io: Io): void {
  const open = added.filter(({ decide }) => decide !== undefined).length;
  if (added.length === 0) io.print(`${document} lacks no key: nothing was added`);
  else {
    const where = files > 1 ? ` and ${countOf(files - 1, 'file')} that it includes` : '';
    io.print(
      `${paint(io, 'green', 'added')} ${countOf(added.length, 'key')} to ${document}${where}; ${open} of them for you to decide`,
    );
  }
  const place = ({ channel, message, operation, key }: Addition) =>
    `${key} of ${operation ?? (message === undefined ? channel : `${channel}.${message}`)}`;
  for (const addition of uncommented) io.print(`  decide ${place(addition)}: ${addition.decide}`);
  for (const addition of left)
    io.print(
      `  ${paint(io, 'yellow', 'left out')} ${place(addition)}: there is no place to write it to; add it by hand`,
    );
}

async function writeTarget(document: string, flags: Flags, io: Io): Promise<void> {
  const path = flags.target ?? join(dirname(document), 'target.yaml');
  if (existsSync(path)) io.print(`${path} is there already, and was left as it is`);
  else {
    const [{ parseContract }, { contractChannels }, { mockUsers }, { targetText }] = await Promise.all([
      import('../scripts/parse/load.ts'),
      import('./contract-channels.ts'),
      import('../runtime/mock/index.ts'),
      import('./init/target-file.ts'),
    ]);
    const contract = parseContract(document);
    const tables = contractChannels(contract).map(({ table }) => table);
    // Guests have names that are numbers; they are too many to list.
    const users = mockUsers(tables).filter(({ id, name }) => id !== name);
    const fromTarget = relative(dirname(resolve(path)), resolve(document)).replaceAll('\\', '/');
    writeFileSync(
      path,
      targetText({ contract, document: fromTarget, wirepact: commandFrom(dirname(resolve(path))), users }),
    );
    io.print(`${paint(io, 'green', 'wrote')} ${path}: the mock of the contract as the server under test`);
  }
  const named = document === 'asyncapi.yaml' ? '' : ` ${document}`;
  const contract = named === '' ? '' : ` --contract${named}`;
  io.print(
    `\nNext:\n  npx wirepact generate${named}\n  npx wirepact serve${contract}\n  npx wirepact test server --target ${path}${contract}`,
  );
}

/** The package where it is installed above the folder: by its path, since `npx` stands between a signal and the server. */
function commandFrom(folder: string): readonly string[] {
  const installed = 'node_modules/wirepact/bin/wirepact.js';
  for (let above = folder; ; above = dirname(above)) {
    if (existsSync(join(above, installed)))
      return ['node', relative(folder, join(above, installed)).replaceAll('\\', '/')];
    if (above === dirname(above)) return ['npx', 'wirepact'];
  }
}
