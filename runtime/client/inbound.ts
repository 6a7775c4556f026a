// What an inbound frame is: a message of the contract, or a report of what is wrong with it. Nothing here is fatal.
import { type Message, read } from './message.ts';
import type { Report } from './state.ts';
import type { ClientTable } from './table.ts';

/** The part of a generated validator that a client uses. */
export type InboundValidators = {
  readonly [type: string]: (value: unknown) => {
    readonly value?: unknown;
    readonly issues?: readonly { readonly pointer: string; readonly message: string }[] | undefined;
  };
};

/** Ids remembered of messages whose repeats are dropped. */
const remembered = 1000;

/** Reads frames one after another: type and message, or nothing for a frame that is no message of the contract, which is
 * reported, or a repeat, which is not. */
export function createReader(table: ClientTable, validators: InboundValidators, report: (report: Report) => void) {
  const seen = new Set<string>();
  return (data: unknown): [type?: string, message?: Message] => {
    const refuse = (kind: Report['kind'], more?: object): [] => {
      report({ kind, data, ...more } as Report);
      return [];
    };
    if (typeof data !== 'string') return refuse('binary');
    if (data.length > table.maxInbound) return refuse('oversize');
    let message: unknown;
    try {
      message = JSON.parse(data);
    } catch {}
    if (typeof message !== 'object' || !message || Array.isArray(message)) return refuse('malformed');
    const type = table.type ? read(message, table.type) : Object.keys(validators)[0];
    if (typeof type !== 'string' || !Object.hasOwn(validators, type)) return refuse('unknown', { type });
    const { issues } = validators[type]!(message);
    if (issues) return refuse('invalid', { type, issues });
    const id = table.unique && read(message, table.unique[type]);
    if (id !== undefined) {
      const mark = type + id;
      if (seen.has(mark)) return [];
      seen.add(mark);
      if (seen.size > remembered) seen.delete(seen.keys().next().value!);
    }
    return [type, message as Message];
  };
}
