// What a generation was made from and made of: the hashes by which the next one knows, without a parser, that nothing changed.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** In the output folder. */
export const manifestName = 'manifest.json';

export interface Manifest {
  /** {@link generatorHash} of the generator that wrote it. */
  readonly generator: string;
  /** The document, then what it includes, by path from the document's folder. */
  readonly inputs: Hashes;
  /** By path from the output folder. */
  readonly files: Hashes;
}

/** SHA-256, hex, by path. */
export type Hashes = { readonly [path: string]: string };

/** Line endings do not count: checkouts differ in them. */
export function hashText(text: string): string {
  return createHash('sha256').update(text.replaceAll('\r\n', '\n')).digest('hex');
}

/** Null: there is none, or it cannot be read. */
export function readManifest(out: string): Manifest | null {
  try {
    const value: unknown = JSON.parse(readFileSync(join(out, manifestName), 'utf8'));
    return isManifest(value) ? value : null;
  } catch {
    return null;
  }
}

/** Whether the last generation made a file of this name for the channels. */
export function hasMade(out: string, name: string): boolean {
  return Object.keys(readManifest(out)?.files ?? {}).some(
    (path) => path.startsWith('channels/') && path.endsWith(`/${name}`),
  );
}

function isManifest(value: unknown): value is Manifest {
  if (typeof value !== 'object' || value === null) return false;
  const { generator, inputs, files } = value as { [key: string]: unknown };
  return typeof generator === 'string' && isHashes(inputs) && isHashes(files);
}

function isHashes(value: unknown): value is Hashes {
  return typeof value === 'object' && value !== null && Object.values(value).every((hash) => typeof hash === 'string');
}

export function printManifest(manifest: Manifest): string {
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

/**
 * Whether document, generator and output are all as the manifest says. False says only that a full comparison is needed.
 * `folders` as in {@link generatorHash}.
 */
export function isCurrent(document: string, out: string, folders: readonly string[] = []): boolean {
  const manifest = readManifest(out);
  if (manifest === null || manifest.generator !== generatorHash(folders)) return false;
  if (Object.keys(manifest.inputs)[0] !== basename(document)) return false;
  const folder = dirname(resolve(document));
  return isUnchanged(folder, manifest.inputs) && isUnchanged(resolve(out), manifest.files);
}

function isUnchanged(folder: string, hashes: Hashes): boolean {
  return Object.entries(hashes).every(([path, hash]) => {
    // What came from the network is taken as it was.
    if (/^https?:/.test(path)) return true;
    const file = resolve(folder, path);
    return existsSync(file) && hashText(readFileSync(file, 'utf8')) === hash;
  });
}

/** In each folder of a build: the {@link folderHash} of the sources, so that source and build call the same output current. */
export const sourceHashName = 'source-hash';

/** What decides the output, from the root of sources or build. */
export const generatorFolders = ['scripts/parse', 'scripts/emit'] as const;

/**
 * Changes with every change of the generator's own files: what wrote the output is part of what it depends on.
 * `folders`: absolute paths of the sources of emitters from elsewhere.
 */
export function generatorHash(folders: readonly string[] = []): string {
  const root = fileURLToPath(new URL('..', import.meta.url));
  const all = [...generatorFolders.map((folder) => join(root, folder)), ...folders];
  return hashText(all.map(folderHash).join('\n')).slice(0, 16);
}

export function folderHash(folder: string): string {
  const built = join(folder, sourceHashName);
  if (existsSync(built)) return readFileSync(built, 'utf8').trim();
  const names = existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort() : [];
  const hashes = names
    .filter((name) => /(?<!\.test|\.d)\.[jt]s$/.test(name))
    .map((name) => `${name.replaceAll('\\', '/')} ${hashText(readFileSync(join(folder, name), 'utf8'))}`);
  return hashText(hashes.join('\n'));
}
