// A heartbeat can be answered before the next one is due, and by a message that the other side has.
import type { LintInput } from './lint.ts';

export function checkHeartbeat({ contract, report }: LintInput): void {
  for (const channel of contract.channels) {
    for (const heartbeat of channel.heartbeats) {
      const at = heartbeat.source.pointer;
      if (heartbeat.timeoutMs >= heartbeat.intervalMs) {
        report('heartbeat-timeout', `${at}/timeoutMs`, {
          message: 'A heartbeat times out only after the next one is due.',
          expected: `less than intervalMs, ${heartbeat.intervalMs}`,
          found: String(heartbeat.timeoutMs),
          fix: 'Shorten timeoutMs, or lengthen intervalMs.',
        });
      }
      if (heartbeat.kind === 'message' && heartbeat.pong === null && heartbeat.satisfiedBy === 'answer') {
        report('heartbeat-reply', `${at}/reply`, {
          message: 'A heartbeat by message that only its answer satisfies names no answer.',
          expected: 'reply: KEY, or satisfiedBy: any-message',
          fix: 'Add reply with the key of the message that answers.',
        });
      }
      if (heartbeat.kind === 'frame' && heartbeat.initiator === 'client') {
        report('heartbeat-frame', `${at}/frame`, {
          severity: 'warning',
          message:
            'A browser cannot send ping frames, so that a client heartbeat by frame works outside browsers only.',
          expected: 'initiator: server, or message: KEY',
          fix: 'Use a message of the contract.',
        });
      }
    }
  }
}
