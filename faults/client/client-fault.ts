// What a fault of a client is: one way in which a client breaks its contract, as a decoration of what it is given (socket,
// clock, random, token, environment, rows of its table) or of what its application is given. It knows no channel and no
// message by name, so it applies to whatever of any contract it can apply to.
import type {
  ClientTable,
  Clock,
  Environment,
  Message,
  Report,
  SocketConstructor,
} from '../../runtime/client/index.ts';
import type { Intended } from '../fault.ts';

export const clientOperators = [
  'address',
  'token',
  'ready',
  'backoff',
  'attempts',
  'connections',
  'environment',
  'close-codes',
  'heartbeat',
  'queue',
  'idempotency',
  'request',
  'sequence',
  'resync',
  'outgoing',
  'inbound',
  'limits',
] as const;

export type ClientOperator = (typeof clientOperators)[number];

/** The options of a client that faults decorate. */
export interface Given {
  readonly WebSocket: SocketConstructor;
  readonly clock: Clock;
  readonly random?: () => number;
  readonly token: () => Promise<string>;
  readonly environment: Environment;
  /** Rows that differ from the contract's table; undefined takes one away. */
  readonly override?: { readonly [K in keyof ClientTable]?: ClientTable[K] | undefined };
}

/** The part of a client that its application uses. */
export interface Face {
  readonly state: { readonly name: string; readonly ready: boolean };
  connect(): void;
  close(): void;
  dispose(): void;
  send(type: string, fields?: Message): Promise<void>;
  request(type: string, fields?: Message): Promise<unknown>;
  onAny(handler: (message: Message) => void): () => void;
  onReport(handler: (report: Report) => void): () => void;
  subscribe(listener: () => void): () => void;
}

export interface ClientFault {
  /** `<operator>/<what is done>`. */
  readonly id: `${ClientOperator}/${string}`;
  /** What the broken client does, in one sentence. */
  readonly sentence: string;
  /** Each of them must catch it. */
  readonly intended: readonly Intended[];
  /** Rules whose cases make the client do what a rule about the whole run then judges. */
  readonly stimulus?: readonly string[];
  /** Whether a channel offers what the fault breaks. Where none does, the client with the fault is a correct one. */
  appliesTo(table: ClientTable): boolean;
  given?(given: Given, table: ClientTable): Given;
  face?(face: Face, table: ClientTable): Face;
  /** Where the two have to know of one another. */
  both?(given: Given, table: ClientTable): { readonly given: Given; readonly face: (face: Face) => Face };
}

/** A client with the fault: `make` makes one of what it is given. */
export function withFault(fault: ClientFault, table: ClientTable, given: Given, make: (given: Given) => Face): Face {
  if (fault.both !== undefined) {
    const both = fault.both(given, table);
    return both.face(make(both.given));
  }
  const made = make(fault.given?.(given, table) ?? given);
  return fault.face?.(made, table) ?? made;
}

/** The operator of a fault. */
export const operatorOf = ({ id }: ClientFault): ClientOperator => id.split('/')[0] as ClientOperator;
