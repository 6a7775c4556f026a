// What the official AsyncAPI parser says of a document, with its many words for one mistake folded into one.
import type { Finding, Severity } from '../errors.ts';
import { joinPointer } from '../parse/pointer.ts';
import { shownPath } from '../parse/references.ts';
import type { OfficialParser } from './official-parser.ts';

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

/** Empty, with a finding that says so, where the parser is not installed. `path`: absolute. */
export async function officialFindings(parser: OfficialParser, path: string, text: string): Promise<Finding[]> {
  const diagnostics = await parser.parse(path, text);
  const file = shownPath(path);
  if (diagnostics === null) {
    return [
      {
        code: 'asyncapi-parser-missing',
        severity: 'info',
        message: 'The official AsyncAPI parser is not installed, so that only our own checks ran.',
        file,
        line: 1,
        column: 1,
        pointer: '',
        fix: 'npm install --save-dev --save-exact @asyncapi/parser',
      },
    ];
  }
  const findings = diagnostics
    .filter(({ code }) => !ignored.has(code))
    .map(
      ({ code, severity, message, path: tokens, start }): Finding => ({
        code,
        severity: severities[severity] ?? 'info',
        message: `${message.replace(/\.$/, '')}.`,
        file,
        line: start.line + 1,
        column: start.character + 1,
        pointer: joinPointer('', ...tokens),
      }),
    );
  return foldDiagnostics(findings);
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
