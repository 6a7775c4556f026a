// Patterns can be compiled, and no text that a peer may send keeps a validator busy for ever.
import { isRecord } from '../parse/value.ts';
import { backtracksExponentially } from './backtracking.ts';
import type { LintInput } from './lint.ts';
import { eachSchema } from './schema-walk.ts';

export function checkPatterns(input: LintInput): void {
  for (const schema of eachSchema(input)) {
    if (!isRecord(schema.raw) || typeof schema.raw.pattern !== 'string') continue;
    const { pattern } = schema.raw;
    const reason = whyInvalid(pattern);
    if (reason !== null) {
      input.documents.report('pattern-invalid', schema.at('pattern'), {
        message: `The pattern is no regular expression: ${reason}.`,
        expected: 'a regular expression of ECMA-262 that is valid with the flag u',
        found: pattern,
        fix: 'Escape what is meant literally, and nothing else.',
      });
    } else if (backtracksExponentially(pattern)) {
      input.documents.report('pattern-backtracks', schema.at('pattern'), {
        message: 'The pattern takes exponential time on some texts: a peer could stop the server with one message.',
        expected: 'a pattern that reads each text in one way only',
        found: pattern,
        fix: 'Let no repeated group match the same text in two ways: (a+)+ is a+, and (a|ab)* is (ab?)*.',
      });
    }
  }
}

function whyInvalid(pattern: string): string | null {
  try {
    new RegExp(pattern, 'u');
    return null;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return message.slice(message.lastIndexOf(': ') + 2).toLowerCase();
  }
}
