// The null clients, and the rules that each of them must not pass.
import { by, type Intended } from '../../fault.ts';
import type { NullClient } from './null-client.ts';

export { type NullClient, nullClient } from './null-client.ts';

/** All but `liar`, which is not judged: what it says is not believed. */
export const nullClients: readonly {
  readonly kind: Exclude<NullClient, 'liar'>;
  readonly sentence: string;
  readonly intended: readonly Intended[];
}[] = [
  {
    kind: 'never-connects',
    sentence: 'The client takes every command and does nothing.',
    intended: [by('handshake/client-address', 'no-connection')],
  },
  {
    kind: 'silent',
    sentence: 'The client connects once, says that it is ready, and does nothing more.',
    intended: [by('reconnect/backoff-delay', 'no-attempt'), by('close-codes/client-retries', 'never')],
  },
  {
    kind: 'tight-loop',
    sentence: 'The client connects again at once, whatever ended its connection.',
    intended: [by('reconnect/backoff-delay', 'too-early'), by('close-codes/client-stops', 'reconnects')],
  },
  {
    kind: 'ignores-everything',
    sentence: 'The client connects, reads, and says of everything that it went well.',
    intended: [by('queue/unqueued-fails-at-once'), by('delivery/application-gets-every-message', 'lost')],
  },
];
