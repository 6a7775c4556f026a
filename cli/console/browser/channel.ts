// Makes of the page's data what a client stands on: the table with the parts of the runtime, its durations as the server has them.
import { answering, beating, type ClientTable, ordering, repeats } from '../../../runtime/client/index.ts';
import { scaled } from '../../../runtime/testing/scaled.ts';
import type { ValidatorTable } from '../../../runtime/validation/index.ts';
import type { ConsoleChannel } from '../contract-data.ts';

type Messages = { readonly [type: string]: { readonly [name: string]: unknown } };

/** A channel about which the compiler knows nothing. */
export interface AnyChannel {
  readonly parameters: { readonly [name: string]: string };
  readonly query: { readonly [name: string]: string };
  readonly client: Messages;
  readonly server: Messages;
  readonly delivery: object;
  readonly replies: object;
  readonly sequenced: string;
}

/** Validators of a channel, as `contract.js` hands them over. */
export interface ChannelValidators {
  readonly client: ValidatorTable<Messages>;
  readonly server: ValidatorTable<Messages>;
}

export function tableOf({ table }: ConsoleChannel, timeScale: number): ClientTable {
  const { beating: beats, answering: answers, resync, unique, ...rest } = table;
  const whole: ClientTable = {
    ...rest,
    ...(beats === true && { beating }),
    ...(answers === true && { answering }),
    ...(resync && { resync: { ...resync, ordering } }),
    ...(unique && { unique: () => repeats(unique) }),
  };
  const { reconnect, queue, ready, ping, pong, messages } = scaled({ ...rest, messages: rest.messages }, timeScale);
  return {
    ...whole,
    reconnect,
    queue,
    ready,
    messages,
    ...(ping && { ping }),
    ...(pong && { pong }),
    ...(whole.resync && { resync: { ...whole.resync, gapTimeoutMs: whole.resync.gapTimeoutMs * timeScale } }),
  };
}
