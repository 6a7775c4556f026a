// x-ws-limits: what a connection may send and hold back, and the close code of going beyond.
import type { Fact, Limits } from '../model.ts';
import { isObject, needNumber, readFact, readFlag, readNumber } from './read.ts';
import type { Value } from './value.ts';

export function parseLimits(channel: Value): Limits {
  const value = channel.field('x-ws-limits');
  isObject(value);
  const message = parseLimit(value.field('message'), 1009);
  const rate = parseLimit(value.field('rate'), 1008);
  const backlog = parseLimit(value.field('backlog'), 1013);
  const shutdown = parseLimit(value.field('shutdown'), 1012);
  return {
    message: message && {
      bytes: needNumber(message.row, 'bytes', 'the size of the largest message, bytes') ?? 65_536,
      ...message.fact,
    },
    binary: parseLimit(value.field('binary'), 1003)?.fact ?? null,
    encoding: parseLimit(value.field('encoding'), 1007)?.fact ?? null,
    rate: rate && {
      perSecond: needNumber(rate.row, 'perSecond', 'messages a second') ?? 20,
      burst: readNumber(rate.row.field('burst')) ?? readNumber(rate.row.field('perSecond')) ?? 20,
      strikes: readNumber(rate.row.field('strikes')) ?? 1,
      ...rate.fact,
    },
    backlog: backlog && {
      bytes: needNumber(backlog.row, 'bytes', 'how much may wait to be sent, bytes') ?? 1_048_576,
      ...backlog.fact,
    },
    shutdown: shutdown && { withinMs: readNumber(shutdown.row.field('withinMs')) ?? 10_000, ...shutdown.fact },
    compression: parseCompression(value.field('compression')),
  };
}

function parseCompression(row: Value): (Fact & { readonly allowed: boolean }) | null {
  if (!isObject(row)) return null;
  return { allowed: readFlag(row.field('allowed')) ?? false, ...readFact(row) };
}

/** The code defaults to the one that RFC 6455 and its registry give to that reason. */
function parseLimit(row: Value, code: number): { row: Value; fact: Fact & { readonly code: number } } | null {
  if (!isObject(row)) return null;
  return { row, fact: { code: readNumber(row.field('close')) ?? code, ...readFact(row) } };
}
