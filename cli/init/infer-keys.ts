// All that is guessed of a document, in the order in which it is written.
import type { Contract } from '../../scripts/model.ts';
import type { Addition } from './additions.ts';
import { inferChannel } from './infer-channel.ts';
import { inferMessages, inferRequired } from './infer-messages.ts';
import { inferOperations } from './infer-operations.ts';

/** `bold`: also what names alone suggest of presence, resync, roles and repeats. */
export function inferKeys(contract: Contract, bold: boolean): readonly Addition[] {
  return contract.channels.flatMap((channel) => [
    ...inferChannel(channel, contract, bold),
    ...inferMessages(channel, contract),
    ...inferRequired(channel, contract),
    ...(bold ? inferOperations(channel, contract) : []),
  ]);
}
