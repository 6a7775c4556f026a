// What the official AsyncAPI parser says of a document, with its many words for one mistake folded into one.
import type { Finding, Severity } from '../errors.ts';
import { joinPointer } from '../parse/pointer.ts';
import type { LintInput } from './lint.ts';

const severities: readonly Severity[] = ['error', 'warning', 'info', 'info'];

/** Said of nearly every document, and of no use to the reader of this one. */
const ignored = new Set([
  'asyncapi-latest-version',
  'asyncapi3-tags',
  'asyncapi-info-contact',
  'asyncapi-info-license',
  'asyncapi-info-license-url',
  'asyncapi-unused-component',
]);

/** Empty, with a finding that says so, where the parser is not installed. */
export async function officialFindings(input: LintInput): Promise<Finding[]> {
  const { file } = input.document;
  const at = (pointer: string) => input.documents.place(file, pointer);
  const loaded = await importParser();
  if (loaded === null) {
    return [
      {
        code: 'asyncapi-parser-missing',
        severity: 'info',
        message: 'The official AsyncAPI parser is not installed, so that only our own checks ran.',
        ...at(''),
        fix: 'npm install --save-dev --save-exact @asyncapi/parser',
      },
    ];
  }
  const parser = new loaded.Parser();
  const { diagnostics } = await parser.parse(file.text, { source: file.path, applyTraits: false });
  const findings = diagnostics
    .filter(({ code }) => !ignored.has(String(code)))
    .map((diagnostic): Finding => {
      const pointer = joinPointer('', ...diagnostic.path);
      return {
        code: String(diagnostic.code),
        severity: severities[diagnostic.severity] ?? 'info',
        message: `${diagnostic.message.replace(/\.$/, '')}.`,
        ...at(pointer),
        line: diagnostic.range.start.line + 1,
        column: diagnostic.range.start.character + 1,
      };
    });
  return foldDiagnostics(findings);
}

async function importParser(): Promise<{ Parser: typeof import('@asyncapi/parser').Parser } | null> {
  try {
    const { Parser } = await import('@asyncapi/parser');
    return { Parser };
  } catch {
    return null;
  }
}

/**
 * The parser tells a mistake once for each way that leads to its place, and once more for each branch of its own schema that
 * the value fails: of those at one place the first that names a cause stays.
 */
export function foldDiagnostics(findings: readonly Finding[]): Finding[] {
  const telling = findings.filter(
    ({ message }) => !/must match "?(then|else|if)"? schema|must match exactly one schema/i.test(message),
  );
  const kept = new Map<string, Finding>();
  for (const finding of telling.length > 0 ? telling : findings) {
    const key = `${finding.line}:${finding.column} ${finding.code}`;
    if (!kept.has(key)) kept.set(key, finding);
  }
  return [...kept.values()];
}
