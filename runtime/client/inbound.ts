// What an inbound frame is: a message of the contract, or a report of what is wrong with it. Nothing here is fatal.
import { type Message, read } from './message.ts';
import type { Report } from './state.ts';
import type { ClientTable } from './table.ts';

/** The part of generated validators that a client uses. The table has no prototype, so that only its own names are in it. */
export type InboundValidators = {
  readonly [type: string]: (value: unknown) => {
    readonly value?: unknown;
    readonly issues?: readonly { readonly pointer: string; readonly message: string }[] | undefined;
  };
};

/** Reads frames one after another: type and message, or nothing for a frame that is no message of the contract, which is
 * reported, or a repeat, which is not. */
export function createReader(table: ClientTable, validators: InboundValidators, report: (report: Report) => void) {
  const isRepeat = table.unique?.();
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
    } catch {
      // What is no JSON is reported below, as what is no object is.
    }
    if (Object(message) !== message || Array.isArray(message)) return refuse('malformed');
    // A discriminator of another type than string finds no validator, or one that refuses it.
    const type = (table.type ? read(message, table.type) : Object.keys(validators)[0]) as string;
    const validate = validators[type];
    if (!validate) return refuse('unknown', { type });
    const { issues } = validate(message);
    if (issues) return refuse('invalid', { type, issues });
    return isRepeat?.(type, message) ? [] : [type, message as Message];
  };
}
