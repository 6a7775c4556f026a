// From a document to the files made of it: reads, checks, emits and writes; or compares, and says what is not as it should be.
import { resolve } from 'node:path';
import type { Emitter } from './emit/index.ts';
import { type Finding, sortFindings } from './errors.ts';
import { startOfficial } from './lint/official-parser.ts';
import { generatorHash, hashText, type Manifest } from './manifest.ts';
import type { Contract } from './model.ts';
import type { LoadResult } from './parse/load.ts';
import type { ReferenceOptions } from './parse/references.ts';
import { type Changes, compare, write } from './write.ts';

export interface GenerateOptions extends ReferenceOptions {
  readonly document: string;
  /** Output folder. */
  readonly out: string;
  /** Loads what is emitted with, while the official parser starts. @default the emitters of this folder */
  readonly emitters?: () => Promise<readonly Emitter[]>;
  /** Absolute paths of the folders that those emitters' sources are in. */
  readonly emitterFolders?: readonly string[];
  /** Compares instead of writing. @default false */
  readonly check?: boolean;
  /** Runs the official AsyncAPI parser too. @default true, false with `check` */
  readonly official?: boolean;
  /** Overwrites files that no generation made. @default false */
  readonly force?: boolean;
}

export interface GenerateResult {
  /** Undefined: the document has errors, and nothing was written. */
  readonly changes?: Changes;
  readonly contract?: Contract;
  readonly findings: readonly Finding[];
  /** Absolute paths of the files that the document is made of. */
  readonly inputs: readonly string[];
}

/** Throws a ContractError where the output cannot be written; mistakes of the document are findings. */
export async function generate(options: GenerateOptions): Promise<GenerateResult> {
  const wanted = { ...options, lint: options.check !== true, official: options.official ?? options.check !== true };
  // The longest of all: what else is needed is loaded while its thread starts.
  const parser = startOfficial(wanted);
  const { startLoading } = await import('./parse/load.ts');
  const loading = await startLoading(options.document, wanted, parser);
  try {
    const { contract } = loading;
    const inputs = loading.files.map(({ path }) => path);
    // Emits while the official parser works; what it finds is waited for before anything is written.
    const texts =
      contract === undefined || hasErrors(loading.findings)
        ? null
        : await emitAll(contract, await (options.emitters ?? ownEmitters)());
    const findings = sortFindings([...loading.findings, ...(await loading.official)]);
    if (contract === undefined || texts === null || hasErrors(findings)) return { findings, inputs };
    const out = resolve(options.out);
    const changes =
      options.check === true
        ? compare(out, texts)
        : write(out, texts, originOf(loading, options.emitterFolders), { force: options.force ?? false });
    return { changes, contract, findings, inputs };
  } finally {
    loading.stop();
  }
}

const ownEmitters = async (): Promise<readonly Emitter[]> => (await import('./emit/index.ts')).emitters;

function hasErrors(findings: readonly Finding[]): boolean {
  return findings.some(({ severity }) => severity === 'error');
}

export async function emitAll(contract: Contract, all: readonly Emitter[]): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  for (const emit of all) for (const [path, text] of await emit(contract)) texts.set(path, text);
  return texts;
}

function originOf({ files }: LoadResult, folders: readonly string[] = []): Omit<Manifest, 'files'> {
  const inputs = Object.fromEntries(files.map(({ name, text }) => [name, hashText(text)]));
  return { generator: generatorHash(folders), inputs };
}

export function isUpToDate(changes: Changes): boolean {
  return changes.stale.length + changes.missing.length + changes.surplus.length === 0;
}
