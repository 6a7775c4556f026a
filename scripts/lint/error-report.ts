// Error codes are told apart, and each condition that a rule names has one.
import type { LintInput } from './lint.ts';
import { conditionMentions } from './mentions.ts';

export function checkErrorReport({ contract, report }: LintInput): void {
  for (const channel of contract.channels) {
    const codes = channel.error?.codes ?? [];
    const seen = new Set<string>();
    for (const { code, when, source } of codes) {
      if (seen.has(when)) {
        report('error-code-twice', source.pointer, {
          message: `Two error codes of ${JSON.stringify(channel.name)} are for the condition ${when}.`,
          expected: 'one code for each condition',
          found: code,
          fix: 'Remove one of them.',
        });
      }
      seen.add(when);
    }
    if (channel.error === null) continue;
    for (const { condition, at } of conditionMentions(channel)) {
      if (seen.has(condition)) continue;
      report('error-code-missing', at, {
        message: `x-ws-error of ${JSON.stringify(channel.name)} has no code for the condition ${condition}.`,
        expected: `one of ${[...seen].join(', ') || 'the codes of x-ws-error'}`,
        found: condition,
        fix: `Add { code: ${condition.replaceAll('-', '_')}, when: ${condition} } to x-ws-error.codes.`,
      });
    }
  }
}
