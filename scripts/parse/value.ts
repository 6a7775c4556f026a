// A value of the document together with the place where it was written.
import type { Pointer, Source } from '../model.ts';
import { joinPointer } from './pointer.ts';
import type { DocumentSet, ReportDetails } from './references.ts';
import type { SourceFile } from './source-file.ts';

/** One `$ref` that was followed on the way to a value. */
export interface Hop {
  readonly file: string;
  /** As it was written in the reference: `/channels/chat/messages/ping`. */
  readonly pointer: Pointer;
}

export function isRecord(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export class Value {
  readonly documents: DocumentSet;
  readonly file: SourceFile;
  /** Into {@link file}. */
  readonly pointer: Pointer;
  /** Undefined: nothing is written there. */
  readonly raw: unknown;
  /** References followed on the way from the place that was asked for, first hop first. */
  readonly hops: readonly Hop[];
  /** The nearest reference by which this value was entered. */
  readonly #site: Value | null;

  constructor(
    documents: DocumentSet,
    file: SourceFile,
    pointer: Pointer,
    raw: unknown,
    site: Value | null,
    hops: readonly Hop[],
  ) {
    this.documents = documents;
    this.file = file;
    this.pointer = pointer;
    this.raw = raw;
    this.#site = site;
    this.hops = hops;
  }

  get exists(): boolean {
    return this.raw !== undefined;
  }

  /** Identity of the place: two references to one place have the same. */
  get id(): string {
    return `${this.file.path}#${this.pointer}`;
  }

  /** Of a value in an included file: the reference in the document by which it was reached. */
  get source(): Source {
    let inDocument: Value = this;
    while (inDocument.#site !== null && inDocument.file.path !== this.documents.rootPath) inDocument = inDocument.#site;
    return { pointer: inDocument.pointer, line: inDocument.file.locate(inDocument.pointer).line };
  }

  /** What is written under the key or index, a `$ref` as it is. */
  at(key: string | number): Value {
    const { raw } = this;
    let child: unknown;
    if (Array.isArray(raw)) child = raw[Number(key)];
    else if (isRecord(raw) && Object.hasOwn(raw, key)) child = raw[key];
    return new Value(this.documents, this.file, joinPointer(this.pointer, key), child, this.#site, []);
  }

  /** What the key says, references followed. */
  field(key: string | number): Value {
    return this.at(key).resolve();
  }

  /** The items of a list, references followed; none where it is no list. */
  items(): Value[] {
    return Array.isArray(this.raw) ? this.raw.map((_, index) => this.field(index)) : [];
  }

  /** The entries of an object, references followed; none where it is no object. */
  entries(): [string, Value][] {
    return isRecord(this.raw) ? Object.keys(this.raw).map((key) => [key, this.field(key)]) : [];
  }

  resolve(): Value {
    let current: Value = this;
    const seen = new Set<string>();
    while (isRecord(current.raw) && typeof current.raw.$ref === 'string') {
      const reference = current.raw.$ref;
      if (seen.has(current.id)) {
        this.documents.report('reference-circular', this, describeCircle(reference));
        return this.#absent();
      }
      seen.add(current.id);
      const next = this.documents.follow(current, reference);
      if (next === undefined) return this.#absent();
      current = next;
    }
    return current;
  }

  #absent(): Value {
    return new Value(this.documents, this.file, this.pointer, undefined, this.#site, this.hops);
  }
}

export function describeCircle(reference: string): ReportDetails {
  return {
    message: `The reference ${JSON.stringify(reference)} leads back to itself.`,
    expected: 'a chain of references that ends at a value',
    fix: 'Let one of them be the value itself.',
  };
}
