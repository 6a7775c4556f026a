// Close codes are legal, have one row each, and each that a rule refers to has one (RFC 6455 section 7.4).
import type { Channel, CloseCode, CloseReason } from '../model.ts';
import type { LintInput } from './lint.ts';
import { closeCodeMentions } from './mentions.ts';

/** Never on the wire: what an end without a code is told as, and TLS failures. */
const silent = new Set([1005, 1006, 1015]);
/** Reserved by RFC 6455 and its registry, and given no meaning. */
const reserved = new Set([1004]);

/** Reasons whose code some other key of the channel names. */
const referred = new Set<CloseReason>([
  'auth',
  'heartbeat',
  'size',
  'binary',
  'encoding',
  'rate',
  'backlog',
  'shutdown',
]);

export function checkCloseCodes({ contract, report }: LintInput): void {
  // A row that channels share is of use where one of them names it.
  const used = new Set(contract.channels.flatMap((channel) => namedRows(channel).map(({ source }) => source.pointer)));
  for (const channel of contract.channels) {
    checkRows(channel, report);
    checkMentions(channel, used, report);
  }
}

function namedRows(channel: Channel): CloseCode[] {
  const named = new Set<number | 'other'>(closeCodeMentions(channel).map(({ code }) => code));
  return channel.closeCodes.filter(({ code }) => named.has(code));
}

function checkRows({ closeCodes }: Channel, report: LintInput['report']): void {
  const rows = new Map<number | 'other', CloseCode>();
  for (const row of closeCodes) {
    const at = `${row.source.pointer}/code`;
    const wrong = row.code === 'other' ? null : wrongCode(row.code, row.sentBy);
    if (wrong !== null) {
      report('close-code-range', at, {
        message: `The close code ${row.code} ${wrong}.`,
        expected: '1000 to 1003, 1007 to 1014, 3000 to 3999 (registered) or 4000 to 4999 (private)',
        found: `${row.code}, sent by ${row.sentBy}`,
        fix: silent.has(Number(row.code)) ? 'Write sentBy: nobody.' : 'Choose a code from 4000 to 4999.',
      });
    }
    if (rows.has(row.code)) {
      report('close-code-twice', at, {
        message: `The close code ${row.code} has two rows.`,
        expected: 'one row for each code',
        found: `${rows.get(row.code)?.name} and ${row.name}`,
        fix: 'Make them one row: when may list several reasons.',
      });
    }
    rows.set(row.code, row);
  }
}

function wrongCode(code: number, sentBy: CloseCode['sentBy']): string | null {
  if (code < 1000 || code > 4999) return 'is out of range';
  if (reserved.has(code) || (code > 1015 && code < 3000)) return 'is reserved';
  if (silent.has(code) && sentBy !== 'nobody') return 'is never on the wire, so that nobody can send it';
  return null;
}

function checkMentions(channel: Channel, used: ReadonlySet<string>, report: LintInput['report']): void {
  const mentions = closeCodeMentions(channel);
  const { closeCodes } = channel;
  for (const { code, at } of mentions) {
    if (closeCodes.some((row) => row.code === code)) continue;
    report('close-code-unlisted', at, {
      message: `The close code ${code} has no row in x-ws-close-codes of ${JSON.stringify(channel.name)}.`,
      expected: `one of ${closeCodes.map((row) => row.code).join(', ') || 'the rows of x-ws-close-codes'}`,
      found: String(code),
      fix: `Add { code: ${code}, name: ..., sentBy: server, when: [...], client: ... }.`,
    });
  }
  for (const row of closeCodes) {
    // Codes below 3000 mean what RFC 6455 says, named here or not.
    if (row.code === 'other' || row.code < 3000 || used.has(row.source.pointer) || row.when.length === 0) continue;
    if (!row.when.every((reason) => referred.has(reason))) continue;
    report('close-code-unused', `${row.source.pointer}/code`, {
      severity: 'warning',
      message: `No rule of ${JSON.stringify(channel.name)} sends the close code ${row.code}.`,
      expected: `x-ws-auth, x-ws-heartbeat or x-ws-limits to name it, as when: [${row.when.join(', ')}] says`,
      fix: 'Name it there, or remove the row.',
    });
  }
}
