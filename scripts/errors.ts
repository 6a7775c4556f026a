// What a mistake in a document looks like when it is told: one record a mistake, and the error that carries several.
import type { Pointer } from './model.ts';

export type Severity = 'error' | 'warning' | 'info';

export interface Finding {
  /** Kebab-case, stable: a row of {@link findingCodes}, or the code of the official AsyncAPI parser. */
  readonly code: string;
  readonly severity: Severity;
  /** One sentence: what is wrong. */
  readonly message: string;
  /** Relative to the working directory. */
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
  readonly column: number;
  /** RFC 6901, into that file. */
  readonly pointer: Pointer;
  readonly expected?: string;
  readonly found?: string;
  /** What to do about it. */
  readonly fix?: string;
}

/** Every code of our own, and what it stands for. `wirepact explain CODE` prints the sentence. */
export const findingCodes = {
  'document-missing': 'There is no document at that path.',
  'document-unreadable': 'The document cannot be read.',
  'document-too-large': 'The document is larger than what is read.',
  'document-not-yaml': 'The document is neither YAML nor JSON.',
  'document-aliases': 'The aliases of the document expand to more than what is read.',
  'document-too-deep': 'The document is nested more deeply than what is read.',
  'document-not-object': 'The document is not an object with the keys of AsyncAPI.',
  'document-version': 'The document is not AsyncAPI 3.',
  'reference-unresolved': 'A reference leads to nothing.',
  'reference-circular': 'A reference leads back to itself.',
  'reference-url': 'A reference leads to the network, which is read only when asked for.',
  'reference-outside': "A reference leaves the document's folder, which is read only when asked for.",
  'reference-siblings': 'Keys beside a $ref are ignored.',
  'value-type': 'A value has another type than its key takes.',
  'value-missing': 'A key that is needed is absent.',
  'value-unknown': 'A value is none of those that its key takes.',
  'channel-none': 'The document has no WebSocket channel.',
  'channel-not-websocket': 'A channel is carried by other protocols than WebSocket only, and is left out.',
  'operation-channel': 'An operation names no channel of the document.',
  'operation-message': 'An operation names a message that its channel does not have.',
  'message-twice': 'A message is in two operations of one direction.',
  'message-unused': 'A message of a channel is in no operation.',
  'schema-format': 'A payload is written in a schema language that is not read.',
  'schema-keyword': 'A keyword is not one of JSON Schema draft-07, and is left out.',
  'name-collision': 'Two names become the same in generated code.',
  'name-empty': 'A name has no letter or digit to make an identifier of.',
} as const satisfies { readonly [code: string]: string };

export type FindingCode = keyof typeof findingCodes;

/** Position, then code: the order in which findings are shown. */
export function sortFindings(findings: readonly Finding[]): Finding[] {
  return [...findings].sort(
    (a, b) =>
      compare(a.file, b.file) ||
      a.line - b.line ||
      a.column - b.column ||
      compare(a.pointer, b.pointer) ||
      compare(a.code, b.code) ||
      compare(a.message, b.message),
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** `file:line:column severity code` with what was expected, found, and what to do, each on a line of its own. */
export function formatFinding(finding: Finding): string {
  const lines = [
    `${finding.file}:${finding.line}:${finding.column}  ${finding.severity}  ${finding.message}  [${finding.code}]`,
  ];
  if (finding.pointer !== '') lines.push(`    at        ${finding.pointer}`);
  if (finding.expected !== undefined) lines.push(`    expected  ${finding.expected}`);
  if (finding.found !== undefined) lines.push(`    found     ${finding.found}`);
  if (finding.fix !== undefined) lines.push(`    fix       ${finding.fix}`);
  return lines.join('\n');
}

/** Recognise it by `code`: two copies of the package may be loaded. */
export class ContractError extends Error {
  override readonly name = 'ContractError';
  readonly code: 'CONTRACT_ERR_INVALID' | 'CONTRACT_ERR_OUTPUT';
  readonly findings: readonly Finding[];

  constructor(code: ContractError['code'], sentence: string, findings: readonly Finding[] = []) {
    super([`[${code}] ${sentence}`, ...findings.map(formatFinding)].join('\n'));
    this.code = code;
    this.findings = findings;
  }
}
