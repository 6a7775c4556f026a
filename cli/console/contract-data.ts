// What the console's page is told of the contract and of the server: data alone, read by the page and made by the server.
import type { ClientTable } from '../../runtime/client/index.ts';
import type { Path } from '../../runtime/client/table.ts';

export interface ConsoleUser {
  readonly id: string;
  readonly name: string;
}

export interface ConsoleMessage {
  readonly type: string;
  readonly summary: string;
  readonly example: unknown;
}

export interface PublishedMessage extends ConsoleMessage {
  /** Who it goes to: what the server must be told besides. */
  readonly to: 'room' | 'users' | 'everyone';
}

/** The client's table without the parts of the runtime, which stand as `true` where they are needed. */
export type TableData = Omit<ClientTable, 'beating' | 'answering' | 'resync' | 'unique'> & {
  readonly beating?: boolean;
  readonly answering?: boolean;
  readonly resync?: Omit<NonNullable<ClientTable['resync']>, 'ordering'>;
  readonly unique?: { readonly [type: string]: readonly string[] };
};

export interface ConsoleChannel {
  readonly name: string;
  readonly title: string;
  readonly table: TableData;
  readonly parameters: readonly { readonly name: string; readonly value: string }[];
  readonly query: { readonly [name: string]: string };
  /** Name of the parameter that names the room; null: there are no rooms. */
  readonly room: string | null;
  /** Where client messages name that room. */
  readonly roomPaths: readonly Path[];
  readonly client: readonly ConsoleMessage[];
  readonly server: readonly PublishedMessage[];
  /** Rules by what they are about: `in:TYPE`, `out:TYPE` and `close:CODE`. */
  readonly rules: { readonly [about: string]: string };
}

export interface ConsoleContract {
  readonly title: string;
  /** `ws://host:port` */
  readonly url: string;
  /** Multiplies every duration of the contract. */
  readonly timeScale: number;
  readonly users: readonly ConsoleUser[];
  readonly channels: readonly ConsoleChannel[];
}
