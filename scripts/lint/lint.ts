// Runs every check over a document that was read, and tells each mistake once.
import type { Finding, FindingCode } from '../errors.ts';
import type { Contract, Pointer } from '../model.ts';
import type { ReadResult } from '../parse/load.ts';
import type { DocumentSet, ReportDetails } from '../parse/references.ts';
import type { Value } from '../parse/value.ts';
import { checks } from './checks.ts';

export interface LintInput {
  readonly contract: Contract;
  /** The root of the document. */
  readonly document: Value;
  readonly documents: DocumentSet;
  /** Whether the document has any x-ws key: one that has none is not asked for what only they can say. */
  readonly hasVocabulary: boolean;
  /** Tells a mistake at a pointer into the document. */
  report(code: FindingCode, pointer: Pointer, details: ReportDetails): void;
}

export type Check = (input: LintInput) => void | Promise<void>;

/** Findings besides those of reading. */
export async function lint(read: ReadResult): Promise<Finding[]> {
  const { contract, documents } = read;
  const document = documents.root();
  if (contract === undefined || document === undefined) return [];
  // The checks walk the schemas as far as they go.
  if (read.findings.some(({ code }) => code === 'document-too-deep')) return [];
  const before = documents.findings.length;
  const input: LintInput = {
    contract,
    document,
    documents,
    hasVocabulary: /(^|[\s{,"'])x-ws-/m.test(
      documents
        .files()
        .map(({ text }) => text)
        .join('\n'),
    ),
    report: (code, pointer, details) => documents.report(code, { file: document.file, pointer }, details),
  };
  for (const check of checks) await check(input);
  return fold(documents.findings.slice(before), read.findings);
}

/** One mistake may be seen by several: the first at a place stands for those that say the same of it. */
function fold(findings: readonly Finding[], known: readonly Finding[]): Finding[] {
  const key = (finding: Finding) => `${finding.file}#${finding.pointer}`;
  const seen = new Set(known.filter((finding) => finding.code.startsWith('value-')).map(key));
  return findings.filter((finding) => finding.code !== 'vocabulary-value' || !seen.has(key(finding)));
}
