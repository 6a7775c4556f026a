// The rows of x-ws-close-codes: which code ends a connection, who sends it, and what a client then does.
import type { ClientAction, CloseCode, CloseReason } from '../model.ts';
import { missing, needChoice, needText, readChoices, readFact, readList, report } from './read.ts';
import type { Value } from './value.ts';

export const closeReasons = [
  'normal',
  'going-away',
  'protocol-error',
  'no-code',
  'abnormal',
  'auth',
  'permission',
  'not-found',
  'heartbeat',
  'size',
  'binary',
  'encoding',
  'policy',
  'extension',
  'rate',
  'backlog',
  'shutdown',
  'error',
] as const satisfies readonly CloseReason[];

const clientActions = ['stop', 'refresh-token', 'retry', 'slow'] as const satisfies readonly ClientAction[];

export function parseCloseCodes(channel: Value): CloseCode[] {
  return readList(channel.field('x-ws-close-codes')).flatMap((row) => {
    const code = readCode(row);
    const client = needChoice(row, 'client', clientActions);
    if (code === undefined || client === undefined) return [];
    return {
      code,
      name: needText(row, 'name', 'the name of the code in generated code') ?? String(code),
      sentBy: needChoice(row, 'sentBy', ['server', 'client', 'both', 'nobody']) ?? 'server',
      when: readChoices(row.field('when'), closeReasons),
      client,
      ...readFact(row),
    };
  });
}

function readCode(row: Value): number | 'other' | undefined {
  const value = row.field('code');
  if (!value.exists) missing(row, 'code', 'a close code, or other');
  else if (value.raw === 'other' || Number.isInteger(value.raw))
    return value.raw === 'other' ? 'other' : Number(value.raw);
  else {
    report(value, 'value-type', {
      message: 'A close code must be a whole number, or the word other.',
      expected: 'a whole number, or other',
      found: JSON.stringify(value.raw),
      fix: 'Write the number without quotes.',
    });
  }
  return undefined;
}
