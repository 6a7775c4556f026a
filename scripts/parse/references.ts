// Where a `$ref` leads, and what was written there: the files of a document as one tree of values that know their place.
import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import type { Finding, FindingCode, Severity } from '../errors.ts';
import type { Pointer } from '../model.ts';
import { nearest } from './nearest.ts';
import { pointerTokens } from './pointer.ts';
import { readBytes, readSource, refuseSize, type SourceFile, type SourceProblem } from './source-file.ts';
import { describeCircle, isRecord, Value } from './value.ts';

export interface ReferenceOptions {
  /** Reads `$ref`s to `http:` and `https:`. @default false */
  readonly allowUrls?: boolean;
  /** Reads `$ref`s to files outside the document's folder. @default false */
  readonly allowOutside?: boolean;
}

export interface ReportDetails {
  readonly message: string;
  readonly expected?: string;
  readonly found?: string;
  readonly fix?: string;
  /** @default 'error' */
  readonly severity?: Severity;
}

/** A chain of references longer than this leads in a circle. */
const maxHops = 100;

export class DocumentSet {
  readonly findings: Finding[] = [];
  /** URLs that are referred to, allowed, and not yet among `texts`. */
  readonly wantedUrls = new Set<string>();
  readonly #options: ReferenceOptions;
  readonly #texts: ReadonlyMap<string, string | null>;
  readonly #files = new Map<string, SourceFile | null>();
  readonly #targets = new Map<string, Value>();
  readonly #reported = new Set<string>();
  readonly rootPath: string;
  #depth = 0;

  /** `texts`: what was already fetched, by URL; null: it could not be had. */
  constructor(rootPath: string, options: ReferenceOptions = {}, texts: ReadonlyMap<string, string | null> = new Map()) {
    this.rootPath = resolve(rootPath);
    this.#options = options;
    this.#texts = texts;
  }

  /** The whole document; undefined, with a finding, where it cannot be read. */
  root(): Value | undefined {
    const file = this.#open(this.rootPath, null);
    return file === null ? undefined : new Value(this, file, '', file.value, null, []);
  }

  /** Every file read so far, the document first, then by path. */
  files(): SourceFile[] {
    const open = [...this.#files.values()].filter((file) => file !== null);
    return open.sort((a, b) =>
      a.path === this.rootPath ? -1 : b.path === this.rootPath ? 1 : a.path < b.path ? -1 : 1,
    );
  }

  /** Tells a mistake once, however often it is met. */
  report(
    code: FindingCode,
    at: { readonly file: SourceFile; readonly pointer: Pointer },
    details: ReportDetails,
  ): void {
    const key = `${code} ${at.file.path}#${at.pointer} ${details.message}`;
    if (this.#reported.has(key)) return;
    this.#reported.add(key);
    const { severity = 'error', ...rest } = details;
    this.findings.push({ code, severity, ...this.place(at.file, at.pointer), ...rest });
  }

  place(file: SourceFile, pointer: Pointer): Pick<Finding, 'file' | 'line' | 'column' | 'pointer'> {
    return { file: shownPath(file.path), ...file.locate(pointer), pointer };
  }

  /** What the `$ref` of that value leads to, one hop; undefined, with a finding, where it leads to nothing. */
  follow(site: Value, reference: string): Value | undefined {
    const hash = reference.indexOf('#');
    const target = hash === -1 ? reference : reference.slice(0, hash);
    const fragment = hash === -1 ? '' : decodeFragment(reference.slice(hash + 1));
    const file = target === '' ? site.file : this.#openReference(site, target);
    if (file === null) return undefined;
    const cached = this.#targets.get(`${file.path}#${fragment}`);
    if (cached !== undefined) return this.#enter(cached, site, fragment);

    if (this.#depth > maxHops) {
      this.report('reference-circular', site, describeCircle(reference));
      return undefined;
    }
    this.#depth += 1;
    let value = new Value(this, file, '', file.value, null, []);
    for (const token of fragment === '' || fragment.startsWith('/') ? pointerTokens(fragment) : ['']) {
      value = value.resolve().at(token);
      if (value.raw === undefined) break;
    }
    this.#depth -= 1;
    if (value.raw === undefined) {
      this.report('reference-unresolved', site, {
        message: `The reference ${JSON.stringify(reference)} leads to nothing.`,
        found: `nothing at ${value.pointer} of ${shownPath(value.file.path)}`,
        fix: nearestKey(value) ?? 'Write the key that it names, or mend the reference.',
      });
      return undefined;
    }
    this.#targets.set(`${file.path}#${fragment}`, value);
    return this.#enter(value, site, fragment);
  }

  #enter(target: Value, site: Value, fragment: Pointer): Value {
    const hops = [...site.hops, { file: target.file.path, pointer: fragment }];
    return new Value(this, target.file, target.pointer, target.raw, site, hops);
  }

  #openReference(site: Value, target: string): SourceFile | null {
    const base = site.file.path;
    if (isUrl(target) || isUrl(base)) return this.#openUrl(site, isUrl(target) ? target : new URL(target, base).href);
    const path = resolve(dirname(base), decodeFragment(target));
    if (this.#options.allowOutside !== true && !isInside(dirname(this.rootPath), path)) {
      this.report('reference-outside', site, {
        message: `The reference ${JSON.stringify(target)} leaves the document's folder.`,
        expected: `a file below ${shownPath(dirname(this.rootPath))}`,
        fix: 'Move the file beside the document, or allow files outside its folder (--allow-outside).',
      });
      return null;
    }
    return this.#open(path, site);
  }

  #openUrl(site: Value, url: string): SourceFile | null {
    const known = this.#files.get(url);
    if (known !== undefined) return known;
    const text = this.#texts.get(url);
    if (text === null) return this.#problem(url, unreachable(url), site);
    if (text !== undefined) return this.#keep(url, readSource(url, text), site);
    if (this.#options.allowUrls === true && /^https?:/i.test(url)) this.wantedUrls.add(url);
    else {
      this.report('reference-url', site, {
        message: `The reference ${JSON.stringify(url)} leads to the network.`,
        expected: 'a reference into this document or to a file beside it',
        fix: 'Save a copy beside the document, or allow references to URLs (--allow-urls).',
      });
    }
    return null;
  }

  #open(path: string, site: Value | null): SourceFile | null {
    const known = this.#files.get(path);
    if (known !== undefined) return known;
    const refused = missingFile(path, site !== null) ?? refuseSize(statSync(path).size);
    if (refused !== null) return this.#problem(path, refused, site);
    try {
      return this.#keep(path, readBytes(path, readFileSync(path)), site);
    } catch (error) {
      return this.#problem(
        path,
        {
          code: 'document-unreadable',
          line: 1,
          column: 1,
          message: `${shownPath(path)} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
          fix: 'Let it be read by this user.',
        },
        site,
      );
    }
  }

  #keep(path: string, read: ReturnType<typeof readSource>, site: Value | null): SourceFile | null {
    if ('problem' in read) return this.#problem(path, read.problem, site);
    this.#files.set(path, read.source);
    return read.source;
  }

  #problem(path: string, problem: SourceProblem, site: Value | null): null {
    this.#files.set(path, null);
    const { code, message, line, column, ...details } = problem;
    if (code === 'reference-unresolved' && site !== null) this.report(code, site, { message, ...details });
    else
      this.findings.push({
        code,
        severity: 'error',
        message,
        file: shownPath(path),
        line,
        column,
        pointer: '',
        ...details,
      });
    return null;
  }
}

function missingFile(path: string, referred: boolean): SourceProblem | null {
  const code = referred ? 'reference-unresolved' : 'document-missing';
  const start = { line: 1, column: 1 };
  if (!existsSync(path)) {
    const fix = referred
      ? 'Write the file, or mend the path: it is taken from the file that refers to it.'
      : 'Name the document: wirepact generate PATH. Without a path, asyncapi.yaml in this folder is taken.';
    return { ...start, code, message: `There is no file ${shownPath(path)}.`, fix };
  }
  if (!statSync(path).isFile()) {
    return { ...start, code, message: `${shownPath(path)} is not a file.`, fix: 'Name the file itself.' };
  }
  return null;
}

function unreachable(url: string): SourceProblem {
  return {
    line: 1,
    column: 1,
    code: 'reference-unresolved',
    message: `Nothing was got from ${url}.`,
    expected: 'an answer with status 200 within 10 seconds',
    fix: 'Check the address, or save a copy beside the document.',
  };
}

function isInside(folder: string, path: string): boolean {
  const real = existsSync(path) ? realpathSync(path) : path;
  const away = relative(existsSync(folder) ? realpathSync(folder) : folder, real);
  return away !== '..' && !away.startsWith(`..${sep}`) && !isAbsolute(away);
}

function isUrl(text: string): boolean {
  return /^[a-z][a-z0-9+.-]+:/i.test(text) && !/^[a-z]:[\\/]/i.test(text);
}

function decodeFragment(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Relative to the working directory, with forward slashes; absolute where it is not below it. */
export function shownPath(path: string): string {
  if (isUrl(path)) return path;
  const short = relative(process.cwd(), path);
  return (short === '' ? '.' : short.startsWith('..') ? path : short).replaceAll(sep, '/');
}

/** "Did you mean": a key beside the missing one that differs in case or punctuation only, or by little. */
function nearestKey(missing: Value): string | undefined {
  const tokens = pointerTokens(missing.pointer);
  const wanted = tokens.pop() ?? '';
  let parent: unknown = missing.file.value;
  for (const token of tokens) parent = isRecord(parent) ? parent[token] : undefined;
  if (!isRecord(parent)) return undefined;
  const near = nearest(wanted, Object.keys(parent));
  return near === undefined ? undefined : `Did you mean ${JSON.stringify(near)}?`;
}
