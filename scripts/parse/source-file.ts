// One file of a document: its values, and the line on which each was written.
import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Pair,
  parseDocument,
  visit,
  type YAMLMap,
} from 'yaml';
import type { FindingCode } from '../errors.ts';
import type { Pointer } from '../model.ts';
import { pointerTokens } from './pointer.ts';

/** Larger than any contract written by people; the parser needs about a second for as much. */
const maxBytes = 2 * 1024 * 1024;
/** How many nodes aliases may expand to, as a multiple of those written (see yaml's `maxAliasCount`). */
const maxAliasCount = 100;

/** Far deeper than any contract, and far from the end of the stack, where V8 may end the process instead of throwing. */
const maxDepth = 200;

export interface Place {
  readonly line: number;
  readonly column: number;
}

export interface SourceProblem extends Place {
  readonly code: FindingCode;
  readonly message: string;
  readonly expected?: string;
  readonly found?: string;
  readonly fix: string;
}

const start: Place = { line: 1, column: 1 };

export class SourceFile {
  /** Absolute path, or URL. */
  readonly path: string;
  readonly text: string;
  readonly value: unknown;
  readonly #document: Document;
  readonly #lines: LineCounter;
  readonly #known = new WeakMap<YAMLMap, ReadonlyMap<string, Pair>>();

  constructor(path: string, text: string, value: unknown, document: Document, lines: LineCounter) {
    this.path = path;
    this.text = text;
    this.value = value;
    this.#document = document;
    this.#lines = lines;
  }

  /** Place of the key (or list item) that the pointer names; where there is none, of the nearest place above it. */
  locate(pointer: Pointer): Place {
    let node: unknown = this.#document.contents;
    let offset = isNode(node) ? (node.range?.[0] ?? 0) : 0;
    for (const token of pointerTokens(pointer)) {
      if (isAlias(node)) node = (node as Alias).resolve(this.#document);
      let next: unknown;
      if (isMap(node)) {
        const pair = this.#pairs(node).get(token);
        if (pair === undefined) break;
        if (isNode(pair.key)) offset = pair.key.range?.[0] ?? offset;
        next = pair.value;
      } else if (isSeq(node)) {
        next = node.items[Number(token)];
        if (isNode(next)) offset = next.range?.[0] ?? offset;
      }
      if (next === undefined) break;
      node = next;
    }
    return this.#place(offset);
  }

  /** A map's pairs by key, kept: a large map is asked for the place of each of its keys. */
  #pairs(map: YAMLMap): ReadonlyMap<string, Pair> {
    let pairs = this.#known.get(map);
    if (pairs === undefined) {
      const keyed = map.items.filter(({ key }) => isScalar(key));
      pairs = new Map(keyed.map((pair) => [isScalar(pair.key) ? String(pair.key.value) : '', pair]));
      this.#known.set(map, pairs);
    }
    return pairs;
  }

  #place(offset: number): Place {
    const { line, col } = this.#lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  }
}

/** A file of so many bytes is not read; null: it is. */
export function refuseSize(bytes: number): SourceProblem | null {
  if (bytes <= maxBytes) return null;
  return {
    ...start,
    code: 'document-too-large',
    message: 'The document is too large.',
    expected: `at most ${maxBytes} bytes`,
    found: `${bytes} bytes`,
    fix: 'Move schemas to files of their own, and refer to them.',
  };
}

/** The bytes of a file to its values. Never throws: what cannot be read is told as a problem. */
export function readBytes(path: string, bytes: Uint8Array): { source: SourceFile } | { problem: SourceProblem } {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return { problem: noText(start, 'bytes that are no UTF-8') };
  }
  return readSource(path, text);
}

function noText(place: Place, found: string): SourceProblem {
  return {
    ...place,
    code: 'document-not-yaml',
    message: 'The document is not YAML: it is no text.',
    expected: 'YAML or JSON in UTF-8',
    found,
    fix: 'Save the document as UTF-8 text.',
  };
}

/** YAML or JSON text to values. Never throws: a text that cannot be read is told as a problem. */
export function readSource(path: string, text: string): { source: SourceFile } | { problem: SourceProblem } {
  const problem = refuseSize(Buffer.byteLength(text)) ?? refuseControls(text);
  if (problem !== null) return { problem };
  const lines = new LineCounter();
  const placeOf = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  try {
    const document = parseDocument(text, { lineCounter: lines, merge: true, prettyErrors: false });
    const error = document.errors[0];
    if (error !== undefined) {
      // The end of the stack comes as a mistake of the document.
      if (/call stack/i.test(error.message)) return { problem: tooDeep(text) };
      return {
        problem: {
          ...placeOf(error.pos[0]),
          code: 'document-not-yaml',
          message: `The document is not YAML: ${firstSentence(error.message)}`,
          fix: 'Mend the indentation, quotes or brackets there.',
        },
      };
    }
    // Without an anchor there is no alias, and nothing to walk for.
    const circle = /&\S/.test(text) ? circularAlias(document) : null;
    if (circle !== null)
      return { problem: { ...placeOf(circle), ...describeAliases('one of them leads back to itself.') } };
    const value: unknown = document.toJS({ maxAliasCount });
    if (heightOf(value, new Map()) > maxDepth) return { problem: tooDeep(text) };
    return { source: new SourceFile(path, text, value, document, lines) };
  } catch (error) {
    if (error instanceof RangeError) return { problem: tooDeep(text) };
    return { problem: { ...start, ...readFailure(error) } };
  }
}

/** Characters that YAML does not allow: as escapes inside quotes it does. */
function refuseControls(text: string): SourceProblem | null {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  const found = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f]/.exec(text);
  if (found === null) return null;
  const before = text.slice(0, found.index).split('\n');
  const code = found[0].charCodeAt(0).toString(16).padStart(4, '0');
  return noText({ line: before.length, column: (before.at(-1) ?? '').length + 1 }, `the control character U+${code}`);
}

/** Offset of an alias inside of what it stands for; null: there is none. */
function circularAlias(document: Document): number | null {
  let offset: number | null = null;
  visit(document, {
    Alias(_key, alias, path) {
      const target = alias.resolve(document);
      if (target === undefined || !path.some((above) => above === target)) return undefined;
      offset = alias.range?.[0] ?? 0;
      return visit.BREAK;
    },
  });
  return offset;
}

/** Levels below a value. What aliases share is measured once. */
function heightOf(value: unknown, known: Map<object, number>): number {
  if (typeof value !== 'object' || value === null) return 0;
  const before = known.get(value);
  if (before !== undefined) return before;
  // Deeper than this it does not have to be known, and a circle ends here.
  known.set(value, maxDepth + 1);
  let height = 0;
  for (const item of Object.values(value)) height = Math.max(height, heightOf(item, known));
  known.set(value, height + 1);
  return height + 1;
}

function tooDeep(text: string): SourceProblem {
  return {
    line: lineTooDeep(text) ?? 1,
    column: 1,
    code: 'document-too-deep',
    message: 'The document is nested too deeply to be read.',
    expected: `at most ${maxDepth} levels`,
    fix: 'Flatten it: give inner schemas names under components.schemas, and refer to them.',
  };
}

function describeAliases(reason: string): Omit<SourceProblem, keyof Place> {
  return {
    code: 'document-aliases',
    message: `The aliases of the document cannot be expanded: ${reason}`,
    expected: `aliases that expand to at most ${maxAliasCount} times what is written`,
    fix: 'Use $ref instead of YAML aliases.',
  };
}

function readFailure(error: unknown): Omit<SourceProblem, keyof Place> {
  const message = error instanceof Error ? error.message : String(error);
  if (/alias/i.test(message)) return describeAliases(firstSentence(message));
  return {
    code: 'document-not-yaml',
    message: `The document is not YAML: ${firstSentence(message)}`,
    fix: 'Write the document as YAML 1.2 or JSON.',
  };
}

/** The line on which brackets or indentation reach the limit, by its characters alone; null: none does. */
function lineTooDeep(text: string): number | null {
  let [line, open, indent, isIndent] = [1, 0, 0, true];
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charCodeAt(at);
    if (character === 0x0a) {
      [line, indent, isIndent] = [line + 1, 0, true];
      continue;
    }
    if (character === 0x5b || character === 0x7b) open += 1;
    else if (character === 0x5d || character === 0x7d) open = Math.max(0, open - 1);
    // Spaces, and the dashes and question marks that open lists and keys.
    isIndent &&= character === 0x20 || character === 0x2d || character === 0x3f;
    if (isIndent) indent += 1;
    if (open > maxDepth || indent > maxDepth) return line;
  }
  return null;
}

function firstSentence(message: string): string {
  return (message.split('\n')[0] ?? '').trim();
}
