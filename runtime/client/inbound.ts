// What an inbound frame is: a message of the contract, or a report of what is wrong with it. Nothing here is fatal.
import { byteLength, type Message, read } from './message.ts';
import type { Report } from './state.ts';
import type { ClientTable } from './table.ts';

/** The part of a generated validator that a client uses. */
export type InboundValidators = {
  readonly [type: string]: (value: unknown) => {
    readonly value?: unknown;
    readonly issues?: readonly { readonly pointer: string; readonly message: string }[] | undefined;
  };
};

export type Inbound = { readonly type: string; readonly message: Message } | { readonly report: Report | null };

/** Ids remembered for each type whose repeats are dropped. */
const remembered = 1000;

/** Reads frames one after another; a repeat by id is neither a message nor worth a report (`null`). */
export function createReader(table: ClientTable, validators: InboundValidators): (data: unknown) => Inbound {
  const seen = new Set<string>();
  const limit = table.maxInboundBytes ?? 1048576;
  return (data) => {
    if (typeof data !== 'string') return { report: { kind: 'binary', data } };
    if (data.length > limit || (data.length * 3 > limit && byteLength(data) > limit))
      return { report: { kind: 'oversize', data } };
    let message: unknown;
    try {
      message = JSON.parse(data);
    } catch {}
    if (typeof message !== 'object' || !message || Array.isArray(message))
      return { report: { kind: 'malformed', data } };
    const type = table.type ? read(message, table.type) : Object.keys(validators)[0];
    if (typeof type !== 'string' || !Object.hasOwn(validators, type))
      return { report: { kind: 'unknown', type, message } };
    const { issues } = validators[type]!(message);
    if (issues) return { report: { kind: 'invalid', type, message, issues } };
    const id = read(message, table.unique?.[type]);
    if (id !== undefined) {
      const mark = JSON.stringify([type, id]);
      if (seen.has(mark)) return { report: null };
      seen.add(mark);
      if (seen.size > remembered)
        for (const oldest of seen) return (seen.delete(oldest), { type, message: message as Message });
    }
    return { type, message: message as Message };
  };
}
