// What a target file says, after reading: the server under test, who may enter it, and what its own side can do for the suite.

export const hookNames = ['publish', 'drop', 'restart', 'expire-token'] as const;
/** `publish`: the server's own code sends a message; `drop`: cuts connections; `restart`: ends and starts the server; `expire-token`: a token stops being valid. */
export type HookName = (typeof hookNames)[number];

export type Hook =
  | { readonly http: string; readonly method: 'POST' | 'PUT'; readonly headers: Readonly<Record<string, string>> }
  /** The body is written to its standard input as JSON; its standard output, if JSON, is the answer. */
  | { readonly command: readonly string[] };

export interface UserEntry {
  readonly id: string;
  readonly name: string;
  readonly roles: readonly string[];
  /** Given tokens; absent where they are made from `tokens.secret`. */
  readonly token?: string;
  readonly tokenCommand?: readonly string[];
}

export interface RoomFixture {
  readonly room: string;
  /** Ids of the users that may enter; absent: all. */
  readonly users?: readonly string[];
  /** Who has which role there: role to user id. */
  readonly roles: Readonly<Record<string, string>>;
}

export interface ChannelFixtures {
  readonly url?: string;
  /** Absent: rooms are free, any name will do. */
  readonly rooms?: readonly RoomFixture[];
  readonly forbiddenRooms: readonly string[];
  readonly missingRooms: readonly string[];
  readonly query: Readonly<Record<string, string>>;
  readonly parameters: Readonly<Record<string, string>>;
}

export interface StartCommand {
  /** `{port}` and `{control}` anywhere in the file become free ports, `{timeScale}` the time scale of the run. */
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly ready: { readonly url?: string; readonly timeoutMs: number };
}

export interface Target {
  readonly name: string;
  readonly url: string;
  /** PEM text of the certificate authority for `wss`. */
  readonly ca?: string;
  readonly start?: StartCommand;
  /** A nonce is put into that environment variable; the server shows it in that header of the upgrade response. */
  readonly identity?: { readonly env: string; readonly header: string };
  readonly tokens?: {
    readonly secret: string;
    readonly algorithm: 'HS256' | 'HS384' | 'HS512';
    readonly claims: Readonly<Record<string, unknown>>;
  };
  /** Keys of the channels that the target serves; absent: all of the contract. */
  readonly serves?: readonly string[];
  readonly users: readonly UserEntry[];
  readonly unknownUser?: UserEntry;
  readonly outsider?: UserEntry;
  /** Faulty tokens given as they are: `expired`, `bad-signature`, ... */
  readonly faultyTokens: Readonly<Record<string, string>>;
  readonly channels: Readonly<Record<string, ChannelFixtures>>;
  readonly hooks: Readonly<Partial<Record<HookName, Hook>>>;
  readonly times: Readonly<Record<string, number>>;
  readonly timeScale?: number;
  /** Path of the list of known failures. */
  readonly known?: string;
  readonly run: { readonly parallel: number; readonly timeoutMs: number };
}

/** A target of which only the address is known. */
export function targetFromUrl(url: string): Target {
  return {
    name: url,
    url,
    users: [],
    faultyTokens: {},
    channels: {},
    hooks: {},
    times: {},
    run: { parallel: 8, timeoutMs: 10_000 },
  };
}

/** The target file, or what it names, is wrong: said with the place and the cure. */
export class TargetError extends Error {
  override readonly name = 'TargetError';
}
