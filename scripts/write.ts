// Puts generated texts on disk: touches only what changes, deletes what is no longer made, and writes everything or nothing.
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { ContractError } from './errors.ts';
import { hashText, type Manifest, manifestName, printManifest, readManifest } from './manifest.ts';

export interface Changes {
  /** Paths from the output folder, sorted. `stale`: there, with another text; `missing`: not there. */
  readonly stale: readonly string[];
  readonly missing: readonly string[];
  /** Made by an earlier generation, and no longer. */
  readonly surplus: readonly string[];
  readonly unchanged: number;
}

/** What writing these texts would change. Throws a {@link ContractError} where a path leads out of the folder. */
export function compare(out: string, texts: ReadonlyMap<string, string>): Changes {
  for (const path of texts.keys()) refuseEscape(out, path);
  const paths = [...texts.keys()].sort();
  const missing = paths.filter((path) => !existsSync(join(out, path)));
  const stale = paths.filter((path) => !missing.includes(path) && read(join(out, path)) !== texts.get(path));
  const listed = Object.keys(readManifest(out)?.files ?? {});
  const surplus = listed.filter((path) => !texts.has(path) && isPlainPath(path) && existsSync(join(out, path))).sort();
  return { stale, missing, surplus, unchanged: paths.length - missing.length - stale.length };
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

export interface WriteOptions {
  /** Overwrites files that no generation made. @default false */
  readonly force?: boolean;
}

/** Writes the texts and the manifest. Throws a {@link ContractError}, with nothing written, where that cannot be. */
export function write(
  out: string,
  texts: ReadonlyMap<string, string>,
  origin: Omit<Manifest, 'files'>,
  options: WriteOptions = {},
): Changes {
  const changes = compare(out, texts);
  if (options.force !== true) refuseForeign(out, changes.stale);
  const files = Object.fromEntries([...texts.keys()].sort().map((path) => [path, hashText(texts.get(path) ?? '')]));
  const manifest = printManifest({ generator: origin.generator, inputs: origin.inputs, files });
  const changed = new Map([...changes.missing, ...changes.stale].map((path) => [path, texts.get(path) ?? '']));
  if (read(join(out, manifestName)) !== manifest) changed.set(manifestName, manifest);
  replaceAll(out, changed);
  for (const path of changes.surplus) remove(out, path);
  return changes;
}

/** Each text goes to a temporary file first; only when all are written are they renamed to their places. */
function replaceAll(out: string, texts: ReadonlyMap<string, string>): void {
  const suffix = `.${process.pid}.tmp`;
  const written: string[] = [];
  try {
    for (const [path, text] of texts) {
      const file = join(out, path);
      mkdirSync(dirname(file), { recursive: true });
      refuseLink(out, file);
      writeFileSync(file + suffix, text);
      written.push(file);
    }
    for (const file of written) renameSync(file + suffix, file);
  } catch (error) {
    for (const file of written) rmSync(file + suffix, { force: true });
    if (error instanceof ContractError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new ContractError(
      'CONTRACT_ERR_OUTPUT',
      `The output cannot be written: ${reason}. Check that the folder may be written.`,
    );
  }
}

function remove(out: string, path: string): void {
  const file = join(out, path);
  refuseLink(out, file);
  rmSync(file, { force: true });
  for (let folder = dirname(file); folder !== resolve(out); folder = dirname(folder)) {
    try {
      rmdirSync(folder);
    } catch {
      return;
    }
  }
}

/** Plain names between slashes: nothing absolute, nothing upwards, nothing that a file system reads in its own way. */
function isPlainPath(path: string): boolean {
  return path
    .split('/')
    .every((part) => /^[^\\:*?"<>|\p{Cc}]+$/u.test(part) && !/^\.+$/.test(part) && !/[. ]$/.test(part));
}

function refuseEscape(out: string, path: string): void {
  const away = relative(resolve(out), resolve(out, path));
  if (isPlainPath(path) && away !== '' && !away.startsWith('..') && path !== manifestName) return;
  throw new ContractError(
    'CONTRACT_ERR_OUTPUT',
    `The file name ${JSON.stringify(path)} leads out of the output folder, or is none. Rename what it is made from in the document.`,
  );
}

/** A folder below the output folder may be a link to elsewhere. */
function refuseLink(out: string, file: string): void {
  const folder = realpathSync(dirname(file));
  const root = realpathSync(out);
  if (folder === root || folder.startsWith(root + sep)) return;
  throw new ContractError(
    'CONTRACT_ERR_OUTPUT',
    `${relative(process.cwd(), dirname(file))} is a link out of the output folder. Remove the link.`,
  );
}

/** A file that differs, is in no manifest and does not say that it was generated was written by someone. */
function refuseForeign(out: string, stale: readonly string[]): void {
  const listed = readManifest(out)?.files ?? {};
  const foreign = stale.filter((path) => !Object.hasOwn(listed, path) && !isGenerated(join(out, path)));
  if (foreign.length === 0) return;
  throw new ContractError(
    'CONTRACT_ERR_OUTPUT',
    `${foreign.join(', ')} in ${relative(process.cwd(), resolve(out)) || '.'} was not generated, and is not overwritten. Choose another folder with --out, or overwrite with --force.`,
  );
}

function isGenerated(path: string): boolean {
  return lstatSync(path).isFile() && /generated by wirepact/i.test((read(path) ?? '').slice(0, 1000));
}
