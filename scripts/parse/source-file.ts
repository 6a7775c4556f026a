// One file of a document: its values, and the line on which each was written.
import { type Alias, type Document, isAlias, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
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

export class SourceFile {
  /** Absolute path, or URL. */
  readonly path: string;
  readonly text: string;
  readonly value: unknown;
  readonly #document: Document;
  readonly #lines: LineCounter;

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
        const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === token);
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

  #place(offset: number): Place {
    const { line, col } = this.#lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  }
}

/** YAML or JSON text to values. Never throws: a text that cannot be read is told as a problem. */
export function readSource(path: string, text: string): { source: SourceFile } | { problem: SourceProblem } {
  const start: Place = { line: 1, column: 1 };
  const bytes = Buffer.byteLength(text);
  if (bytes > maxBytes) {
    return {
      problem: {
        ...start,
        code: 'document-too-large',
        message: 'The document is too large.',
        expected: `at most ${maxBytes} bytes`,
        found: `${bytes} bytes`,
        fix: 'Move schemas to files of their own, and refer to them.',
      },
    };
  }
  const deep = lineTooDeep(text);
  if (deep !== null) {
    return {
      problem: {
        line: deep,
        column: 1,
        code: 'document-too-deep',
        message: 'The document is nested too deeply to be read.',
        expected: `at most ${maxDepth} levels`,
        fix: 'Flatten it: give inner schemas names under components.schemas, and refer to them.',
      },
    };
  }
  const lines = new LineCounter();
  try {
    const document = parseDocument(text, { lineCounter: lines, merge: true, prettyErrors: false });
    const error = document.errors[0];
    if (error !== undefined) {
      const { line, col } = lines.linePos(error.pos[0]);
      return {
        problem: {
          line: Math.max(line, 1),
          column: Math.max(col, 1),
          code: 'document-not-yaml',
          message: `The document is not YAML: ${firstSentence(error.message)}`,
          fix: 'Mend the indentation, quotes or brackets there.',
        },
      };
    }
    const value: unknown = document.toJS({ maxAliasCount });
    return { source: new SourceFile(path, text, value, document, lines) };
  } catch (error) {
    return { problem: { ...start, ...readFailure(error) } };
  }
}

function readFailure(error: unknown): Omit<SourceProblem, keyof Place> {
  const message = error instanceof Error ? error.message : String(error);
  if (/alias/i.test(message)) {
    return {
      code: 'document-aliases',
      message: `The aliases of the document cannot be expanded: ${firstSentence(message)}`,
      expected: `aliases that expand to at most ${maxAliasCount} times what is written`,
      fix: 'Use $ref instead of YAML aliases.',
    };
  }
  return {
    code: 'document-not-yaml',
    message: `The document is not YAML: ${firstSentence(message)}`,
    fix: 'Write the document as YAML 1.2 or JSON.',
  };
}

/** The line on which brackets or indentation reach the limit; null: none does. Looks at characters alone, so that it cannot fail. */
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
