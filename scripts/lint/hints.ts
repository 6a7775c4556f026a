// What a document without x-ws keys could say, and which rules would follow: hints, never failures.
import type { LintInput } from './lint.ts';

export function checkHints({ contract, report, hasVocabulary, document }: LintInput): void {
  if (hasVocabulary) return;
  const rows: readonly (readonly [key: string, gives: string])[] = [
    ['x-ws-delivery on server messages', 'who receives each message, and who does not'],
    [
      'x-ws-trigger on server messages',
      'what causes each message: the mock answers by it, and the suite needs no hooks',
    ],
    ['x-ws-auth on the channels', 'how a connection is refused, and when a client counts as ready'],
    ['x-ws-close-codes on the channels', 'what a client does at each close code'],
    ['x-ws-heartbeat on the channels', 'how each side learns that the other is gone'],
    ['x-ws-reconnect on the channels', 'how a client comes back'],
    ['x-ws-limits on the channels', 'the size and the rate of messages, and what follows from exceeding them'],
    ['x-ws-error on the channels', 'how a rejected message is answered'],
  ];
  if (contract.channels.length === 0) return;
  for (const [key, gives] of rows) {
    report('vocabulary-hint', document.at('channels').pointer, {
      severity: 'info',
      message: `Add ${key} to state ${gives}.`,
    });
  }
}
