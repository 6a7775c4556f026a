// `wirepact generate`: writes what is made of a document, or says what is out of date.
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import type { GenerateOptions, GenerateResult } from '../scripts/generate.ts';
import { hasMade, isCurrent } from '../scripts/manifest.ts';
import type { Changes } from '../scripts/write.ts';
import type { CommandContext } from './commands.ts';
import { documentPath } from './document.ts';
import { exitCodes } from './exit-codes.ts';
import { hasErrors, printFindings, summary } from './findings.ts';
import { countOf, type Io, paint } from './io.ts';
import { addReferenceOptions, type ReferenceFlags } from './reference-options.ts';

interface Flags extends ReferenceFlags {
  readonly out: string;
  readonly check?: boolean;
  readonly watch?: boolean;
  readonly force?: boolean;
  readonly official: boolean;
  readonly react?: boolean;
}

const examples = `
Examples:
  wirepact generate                          asyncapi.yaml here to generated/
  wirepact generate api/chat.yaml --out src/chat
  wirepact generate --react                  with hooks for React, here and from now on
  wirepact generate --check                  for CI: fails where the output is out of date
  wirepact generate --watch                  again after every change of the document

Exit codes: 0 done, 1 mistakes in the document or output out of date, 4 no such file or flag.`;

export function addGenerate(program: Command, context: CommandContext): void {
  const command = program
    .command('generate [document]')
    .description('write types, validators, clients, servers and docs')
    .option('--out <folder>', 'where to', 'generated')
    .option('--check', 'write nothing; fail where the output is out of date')
    .option('--watch', 'go on, and generate again after every change')
    .option('--force', 'overwrite files that were not generated')
    .option('--react', 'typed hooks of each channel too; kept by later runs')
    .option('--no-react', 'without them again')
    .option('--no-official', 'without the official AsyncAPI parser: faster')
    .addHelpText('after', examples)
    .action(async (named: string | undefined, flags: Flags) => {
      const document = documentPath(named);
      if (flags.check === true) await check(document, flags, context);
      else if (flags.watch === true) await watchDocument(document, flags, context);
      else await generateOnce(document, flags, context);
    });
  addReferenceOptions(command);
}

/** In the folder of a channel; whether it is there is remembered by being there. */
const reactFile = 'react.ts';

/** What rules.json depends on besides the document. */
const rulesFolders = ['rules', 'client-rules'].map((folder) =>
  fileURLToPath(new URL(`../conformance/${folder}`, import.meta.url)),
);

function optionsOf(document: string, flags: Flags): GenerateOptions {
  const { react = hasMade(flags.out, reactFile) } = flags;
  const emitters = async () => (await import('./rules-json.ts')).allEmitters(react);
  return { ...flags, document, emitters, emitterFolders: rulesFolders };
}

async function check(document: string, flags: Flags, { io, exit }: CommandContext): Promise<void> {
  const had = hasMade(flags.out, reactFile);
  if ((flags.react ?? had) === had && isCurrent(document, flags.out, rulesFolders)) {
    io.print(`${paint(io, 'green', 'ok')} ${flags.out} is up to date with ${document}`);
    return;
  }
  const { generate, isUpToDate } = await import('../scripts/generate.ts');
  const { changes, findings } = await generate({ ...optionsOf(document, flags), official: false });
  if (changes === undefined) {
    printFindings(findings, io);
    io.warn(`${document}: ${summary(findings)}`);
    exit(exitCodes.failed);
    return;
  }
  if (isUpToDate(changes)) {
    io.print(`${paint(io, 'green', 'ok')} ${flags.out} is up to date with ${document}`);
    return;
  }
  for (const [word, paths] of Object.entries(listOf(changes)))
    for (const path of paths) io.warn(`${word}  ${flags.out}/${path}`);
  io.warn(
    `${paint(io, 'red', `${flags.out} is out of date with ${document}.`)} Run: ${mendingCommand(document, flags)}`,
  );
  exit(exitCodes.failed);
}

function listOf({ stale, missing, surplus }: Changes): { readonly [word: string]: readonly string[] } {
  return { 'stale  ': stale, missing: missing, surplus: surplus };
}

function mendingCommand(document: string, flags: Flags): string {
  const out = flags.out === 'generated' ? '' : ` --out ${flags.out}`;
  const react = flags.react === undefined ? '' : ` --${flags.react ? '' : 'no-'}react`;
  return `npx wirepact generate${document === 'asyncapi.yaml' ? '' : ` ${document}`}${out}${react}`;
}

async function generateOnce(document: string, flags: Flags, { io, exit }: CommandContext): Promise<void> {
  const { generate } = await import('../scripts/generate.ts');
  const start = performance.now();
  const result = await generate(optionsOf(document, flags));
  report(result, performance.now() - start, document, flags, io);
  if (result.changes === undefined) exit(exitCodes.failed);
}

function report(result: GenerateResult, ms: number, document: string, { out }: Flags, io: Io): void {
  const { changes, findings } = result;
  printFindings(findings, io);
  if (changes === undefined) {
    io.warn(`${paint(io, 'red', 'nothing was written')}: ${document} has ${summary(findings)}`);
    return;
  }
  const written = changes.stale.length + changes.missing.length;
  const parts = [`${countOf(written, 'file')} written`, `${changes.unchanged} unchanged`];
  if (changes.surplus.length > 0) parts.push(`${changes.surplus.length} deleted`);
  const notes = findings.length > 0 && !hasErrors(findings) ? `; ${summary(findings)}` : '';
  io.print(
    `${paint(io, 'green', relative(process.cwd(), out) || out)}: ${parts.join(', ')} in ${(ms / 1000).toFixed(2)} s${notes}`,
  );
}

async function watchDocument(document: string, flags: Flags, { io }: CommandContext): Promise<void> {
  const { watch } = await import('../scripts/watch.ts');
  const stop = await watch({
    ...optionsOf(document, flags),
    onResult: (result, ms) => report(result, ms, document, flags, io),
    onOfficial: (findings) => printFindings(findings, io),
    onError: (error) => io.warn(error instanceof Error ? error.message : String(error)),
  });
  io.print(paint(io, 'dim', `watching ${document}; Ctrl-C ends`));
  await new Promise<void>((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
  stop();
}
