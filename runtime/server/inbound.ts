// Reads what a client sent: rate, JSON, type and schema, in this order, each with its refusal.

import { type Dispatched, dispatch } from '../validation/dispatch.ts';
import { isTooDeep } from './depth.ts';
import type { RateVerdict } from './rate.ts';
import { type RefusalError, refuse } from './refusal.ts';
import type { ChannelContract } from './table.ts';

export type Inbound =
  | { readonly ok: true; readonly type: string; readonly message: unknown }
  | { readonly ok: false; readonly refusal: RefusalError /** As parsed, for its id. */; readonly cause: unknown };

const parse = (text: string): { readonly value: unknown } | null => {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return null;
  }
};

const NOT_JSON = refuse('malformed', 'The message is not JSON.');
const TOO_DEEP = refuse('malformed', 'The message is nested too deeply.');

const segments = (pointer: string | null): readonly string[] | null =>
  pointer === null
    ? null
    : pointer
        .split('/')
        .slice(1)
        .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));

const judge = (result: Dispatched<{ [type: string]: unknown }>, value: unknown): Inbound => {
  const no = (refusal: RefusalError): Inbound => ({ ok: false, refusal, cause: value });
  switch (result.kind) {
    case 'valid':
      return { ok: true, type: result.type, message: result.value };
    case 'malformed':
      return no(refuse('malformed', 'The message is not a JSON object.'));
    case 'unknown-type':
      return no(refuse('unknown-type', 'There is no message of this type.'));
    case 'invalid': {
      const issue = result.issues[0];
      const place = issue === undefined || issue.pointer === '' ? 'The message' : `The value at ${issue.pointer}`;
      return no(refuse('invalid', `${place} ${issue?.message ?? 'is invalid'}.`, issue?.pointer ?? ''));
    }
  }
};

/** A reader of a channel's client messages. */
export const createReader = (contract: ChannelContract): ((text: string, rate: RateVerdict) => Inbound) => {
  const discriminator = segments(contract.table.envelope.discriminator);
  return (text, rate) => {
    // Before anything that calls itself for each level: validators, comparing, encoding.
    const isDeep = isTooDeep(text);
    const parsed = isDeep ? null : parse(text);
    if (rate !== 'within') {
      const refusal = refuse('rate-limited', 'Too many messages; this one was dropped.');
      return { ok: false, refusal, cause: parsed?.value };
    }
    if (!parsed) return { ok: false, refusal: isDeep ? TOO_DEEP : NOT_JSON, cause: undefined };
    return judge(dispatch(contract.validators.client, discriminator, parsed.value), parsed.value);
  };
};
