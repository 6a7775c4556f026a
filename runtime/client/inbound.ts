// What an inbound frame is: a message of the contract, or a report of what is wrong with it. Nothing here is fatal.
import { type Message, read } from './message.ts';
import type { ClientEvent, Report } from './state.ts';
import type { ClientTable } from './table.ts';

/** The part of generated validators that a client uses. The table has no prototype, so that only its own names are in it. */
export type InboundValidators = {
  readonly [type: string]: (value: unknown) => {
    readonly value?: unknown;
    readonly issues?: readonly { readonly pointer: string; readonly message: string }[] | undefined;
  };
};

/** Reads frames one after another, each as an event. It has no type where the frame is no message of the contract, which is
 * reported, or a repeat, which is not. */
export function createReader(table: ClientTable, validators: InboundValidators, report: (report: Report) => void) {
  const isRepeat = table.unique?.();
  // From what is read to the same name as the tables have it: one look here, and every later one is quick.
  const names = new Map<unknown, string>(Object.keys(validators).map((name) => [name, name]));
  return (data: unknown, epoch: number): ClientEvent => {
    let kind: Report['kind'] | undefined;
    let message: unknown;
    let type: unknown;
    let issues: unknown;
    if (typeof data !== 'string') kind = 'binary';
    else if (data.length > table.maxInbound) kind = 'oversize';
    else {
      try {
        message = JSON.parse(data);
      } catch {
        // What is no JSON is reported below, as what is no object is.
      }
      if (typeof message !== 'object' || !message || Array.isArray(message)) kind = 'malformed';
      else {
        // A discriminator of another type than string finds no validator, or one that refuses it.
        type = table.type ? read(message, table.type) : names.keys().next().value;
        type = names.get(type) ?? type;
        const validate = validators[type as string];
        issues = validate?.(message).issues;
        if (!validate) kind = 'unknown';
        else if (issues) kind = 'invalid';
      }
    }
    if (kind) report({ kind, data, type, issues } as Report);
    return kind || isRepeat?.(type as string, message)
      ? ['message', epoch]
      : ['message', epoch, type as string, message as Message];
  };
}
