// A document to the model: reads the files, refuses what is no AsyncAPI 3, and tells every mistake found on the way.
import { createHash } from 'node:crypto';
import { basename, dirname, relative } from 'node:path';
import { ContractError, type Finding, sortFindings } from '../errors.ts';
import { officialFindings } from '../lint/official.ts';
import { type OfficialParser, startOfficial } from '../lint/official-parser.ts';
import type { Contract } from '../model.ts';
import { parseChannels } from './channels.ts';
import { isObject, missing, readText, report } from './read.ts';
import { DocumentSet, type ReferenceOptions, shownPath } from './references.ts';
import { parseServers } from './servers.ts';
import { isRecord, type Value } from './value.ts';

export interface ReadResult {
  /** Undefined: the document cannot be read at all. Where there are errors, what could be read of it. */
  readonly contract?: Contract;
  readonly findings: readonly Finding[];
  readonly documents: DocumentSet;
}

/** The model, and what is wrong in the shape of the document; a few milliseconds, without the official parser and without lint. */
export function readContract(
  path: string,
  options: ReferenceOptions = {},
  texts?: ReadonlyMap<string, string | null>,
): ReadResult {
  const documents = new DocumentSet(path, options, texts);
  const document = documents.root();
  const contract = document !== undefined && isAsyncApi3(document) ? buildContract(document) : undefined;
  return { ...(contract === undefined ? {} : { contract }), findings: sortFindings(documents.findings), documents };
}

export interface LoadOptions extends ReferenceOptions {
  /** Runs our own checks. @default true */
  readonly lint?: boolean;
  /** Runs the official AsyncAPI parser too: half a second and more. @default true */
  readonly official?: boolean;
}

export interface LoadResult {
  readonly contract?: Contract;
  readonly findings: readonly Finding[];
  /** The document, then what it includes. `name`: from the document's folder. */
  readonly files: readonly { readonly path: string; readonly name: string; readonly text: string }[];
}

/** A document that was read and checked by us, while the official parser still works on it. */
export interface Loading extends LoadResult {
  /** What the official parser says; nothing where it is not asked. */
  readonly official: Promise<readonly Finding[]>;
  /** Ends the official parser: nobody waits for what it says. */
  stop(): void;
}

/** As {@link loadContract}, without waiting for the official parser. Stops `parser` where it throws. */
export async function startLoading(
  path: string,
  options: LoadOptions = {},
  parser: OfficialParser | null = startOfficial(options),
): Promise<Loading> {
  try {
    const texts = new Map<string, string | null>();
    let read = readContract(path, options, texts);
    while (read.documents.wantedUrls.size > 0) {
      for (const url of read.documents.wantedUrls) texts.set(url, await fetchText(url));
      read = readContract(path, options, texts);
    }
    const { contract, documents } = read;
    // Asked before the long work here, which would keep the question from the thread.
    const official = parser === null ? Promise.resolve([]) : askOfficial(parser, read);
    official.catch(() => undefined);
    const findings = [...read.findings];
    if (options.lint !== false) {
      const { lint } = await import('../lint/lint.ts');
      findings.push(...(await lint(read)));
    }
    const files = documents
      .files()
      .map(({ path: file, text }) => ({ path: file, name: inFolder(documents, file), text }));
    return {
      ...(contract === undefined ? {} : { contract }),
      findings: sortFindings(findings),
      files,
      official,
      stop: () => parser?.stop(),
    };
  } catch (error) {
    parser?.stop();
    throw error;
  }
}

async function askOfficial(parser: OfficialParser, read: ReadResult): Promise<readonly Finding[]> {
  const { contract, documents, findings } = read;
  const document = documents.root();
  // What is no AsyncAPI 3, or goes too deep to be walked, is told as that alone.
  if (contract === undefined || document === undefined) return [];
  if (findings.some(({ code }) => code === 'document-too-deep')) return [];
  return await officialFindings(parser, document.file.path, document.file.text);
}

/** The model, and everything that is wrong with the document: shape, our own checks, and those of the official parser. */
export async function loadContract(path: string, options: LoadOptions = {}): Promise<LoadResult> {
  const { official, stop, findings, ...rest } = await startLoading(path, options);
  try {
    return { ...rest, findings: sortFindings([...findings, ...(await official)]) };
  } finally {
    stop();
  }
}

/** Null where it cannot be had: the reference into it is then told as leading to nothing. */
async function fetchText(url: string): Promise<string | null> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(10_000) });
    return response.ok ? await response.text() : null;
  } catch {
    return null;
  }
}

/** The model of a document without errors. Throws a {@link ContractError} that names each of them. */
export function parseContract(path: string, options: ReferenceOptions = {}): Contract {
  const { contract, findings } = readContract(path, options);
  const errors = findings.filter((finding) => finding.severity === 'error');
  if (contract !== undefined && errors.length === 0) return contract;
  const count = errors.length === 1 ? '1 mistake' : `${errors.length} mistakes`;
  throw new ContractError('CONTRACT_ERR_INVALID', `${shownPath(path)} has ${count}.`, errors);
}

function isAsyncApi3(document: Value): boolean {
  if (!isRecord(document.raw)) {
    report(document, 'document-not-object', {
      message: 'The document is not an AsyncAPI document.',
      expected: 'an object that begins with asyncapi: 3.1.0',
      found:
        document.raw === null || document.raw === undefined
          ? 'an empty document'
          : Array.isArray(document.raw)
            ? 'a list'
            : typeof document.raw,
      fix: 'Write an AsyncAPI 3 document: https://www.asyncapi.com/docs/reference/specification/v3.0.0',
    });
    return false;
  }
  const version = document.at('asyncapi').raw;
  if (typeof version === 'string' && /^3\.[0-9]+\.[0-9]+/.test(version)) return true;
  const old = typeof version === 'string' && /^[12]\./.test(version);
  report(version === undefined ? document : document.at('asyncapi'), 'document-version', {
    message: old ? `The document is AsyncAPI ${version}.` : 'The document does not say that it is AsyncAPI 3.',
    expected: 'asyncapi: 3.0.0 or 3.1.0',
    found: version === undefined ? 'no key asyncapi' : JSON.stringify(version),
    fix: old
      ? 'Convert it: npx @asyncapi/cli convert FILE --target-version=3.0.0'
      : 'Begin the document with asyncapi: 3.1.0 (with quotes around it if a number was read).',
  });
  return false;
}

function buildContract(document: Value): Contract {
  const info = document.field('info');
  if (!isObject(info)) missing(document, 'info', 'title and version');
  const servers = parseServers(document);
  const { channels, schemas } = parseChannels(document, servers);
  const description = readText(info.field('description'));
  return {
    modelVersion: 1,
    title: readText(info.field('title')) ?? '',
    version: readText(info.field('version')) ?? '',
    ...(description === undefined ? {} : { description }),
    document: basename(document.documents.rootPath),
    hash: hashOf(document.documents),
    servers,
    channels,
    definitions: schemas.definitions(),
  };
}

/** SHA-256 of the document with what it includes; line endings do not count, since checkouts differ in them. */
export function hashOf(documents: DocumentSet): string {
  return hashTexts(documents.files().map(({ path, text }) => [inFolder(documents, path), text]));
}

export function hashTexts(files: readonly (readonly [path: string, text: string])[]): string {
  const hash = createHash('sha256');
  for (const [index, [path, text]] of files.entries()) {
    if (index > 0) hash.update(`\0${path}\0`);
    hash.update(text.replaceAll('\r\n', '\n'));
  }
  return hash.digest('hex');
}

function inFolder(documents: DocumentSet, path: string): string {
  return path.includes('://') ? path : relative(dirname(documents.rootPath), path).replaceAll('\\', '/');
}
