// The numbers of x-ws-reconnect and x-ws-limits fit one another.
import type { LintInput } from './lint.ts';

export function checkReconnect({ contract, report }: LintInput): void {
  for (const { reconnect } of contract.channels) {
    if (reconnect === null) continue;
    const at = reconnect.source.pointer;
    if (reconnect.maxMs !== null && reconnect.maxMs < reconnect.initialMs) {
      report('reconnect-maximum', `${at}/maxMs`, {
        message: 'The longest delay is shorter than the first one.',
        expected: `at least initialMs, ${reconnect.initialMs}`,
        found: String(reconnect.maxMs),
        fix: 'Lengthen maxMs.',
      });
    }
    if (reconnect.multiplier < 1) {
      report('reconnect-multiplier', `${at}/multiplier`, {
        message: 'Delays become shorter from attempt to attempt.',
        expected: '1 or more',
        found: String(reconnect.multiplier),
        fix: 'Use 1 for equal delays, 1.5 or 2 for growing ones.',
      });
    }
    if (reconnect.jitter < 0 || reconnect.jitter > 1) {
      report('reconnect-jitter', `${at}/jitter`, {
        message: 'Jitter is a share of the delay.',
        expected: '0 to 1',
        found: String(reconnect.jitter),
        fix: 'Use 0.5 to draw each delay from its upper half.',
      });
    }
  }
}
