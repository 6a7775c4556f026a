// The limits of a channel allow at least one message.
import type { LintInput } from './lint.ts';

export function checkLimits({ contract, report }: LintInput): void {
  for (const { limits } of contract.channels) {
    const { rate, message, backlog } = limits;
    if (rate !== null && rate.burst < 1) {
      report('limits-rate', `${rate.source.pointer}/burst`, {
        message: 'A burst of less than one message lets nothing through.',
        expected: '1 or more',
        found: String(rate.burst),
        fix: 'Use the rate, or twice the rate.',
      });
    }
    if (message !== null && backlog !== null && backlog.bytes < message.bytes) {
      report('limits-backlog', `${backlog.source.pointer}/bytes`, {
        severity: 'warning',
        message: 'One message of the largest size cuts off a client at once.',
        expected: `at least message.bytes, ${message.bytes}`,
        found: String(backlog.bytes),
        fix: 'Let several of the largest messages fit.',
      });
    }
  }
}
