// Prints what is wrong with a document: each mistake with its place, and the count at the end.
import { type Finding, formatFinding, type Severity } from '../scripts/errors.ts';
import { countOf, type Io, paint } from './io.ts';

const styles = { error: 'red', warning: 'yellow', info: 'cyan' } as const satisfies Record<Severity, string>;

export function printFindings(findings: readonly Finding[], io: Io): void {
  for (const finding of findings) {
    const text = formatFinding(finding);
    const marked = text.replace(
      `  ${finding.severity}  `,
      `  ${paint(io, styles[finding.severity], finding.severity)}  `,
    );
    io.warn(marked);
  }
}

/** `2 errors, 1 warning`; empty where there is none. */
export function summary(findings: readonly Finding[]): string {
  const count = (severity: Severity) => findings.filter((finding) => finding.severity === severity).length;
  const [errors, warnings, hints] = [count('error'), count('warning'), count('info')];
  return [
    errors > 0 ? countOf(errors, 'error') : '',
    warnings > 0 ? countOf(warnings, 'warning') : '',
    hints > 0 ? countOf(hints, 'hint') : '',
  ]
    .filter((part) => part !== '')
    .join(', ');
}

export function hasErrors(findings: readonly Finding[]): boolean {
  return findings.some(({ severity }) => severity === 'error');
}
