// What the program of the clients can be asked, and what that of a server.

export interface Client {
  readonly path: string;
  readonly hello: readonly string[];
  readonly room: number;
}

export type CrowdQuestions = {
  /** Connects them all and waits until nothing more comes. Fails where somebody does not stay. */
  readonly connect: {
    readonly given: {
      readonly name: string;
      readonly host: string;
      readonly port: number;
      readonly clients: readonly Client[];
      /** Bytes from which a text message is counted. */
      readonly least: number;
    };
    readonly answer: null;
  };
  /** Everyone says what falls to him at once; everyone gets everything. */
  readonly burst: {
    readonly given: {
      readonly name: string;
      readonly say: string;
      readonly messages: number;
      readonly senders: number;
      /** Index of the first of the senders. */
      readonly first: number;
    };
    readonly answer: { readonly ms: number };
  };
  /** One message at a time: the next when everyone has got the last. Answers how long each took to each, in ms. */
  readonly single: {
    readonly given: { readonly name: string; readonly say: string; readonly messages: number; readonly first: number };
    readonly answer: { readonly latencies: readonly number[] };
  };
  /** One of each room after the other says something, and all send their heartbeats. */
  readonly rooms: {
    readonly given: {
      readonly name: string;
      readonly say: string;
      readonly ping: string | null;
      readonly rooms: number;
      readonly perSecond: number;
      readonly forMs: number;
      readonly pingEveryMs: number;
    };
    readonly answer: {
      readonly expected: number;
      readonly delivered: number;
      readonly pongs: number;
      readonly pinged: number;
      readonly medianMs: number;
      readonly p99Ms: number;
      /** Connections that ended. */
      readonly gone: number;
      /** Connections that the server never pinged. */
      readonly unpinged: number;
    };
  };
  readonly disconnect: { readonly given: { readonly name: string }; readonly answer: null };
};

export type ServerQuestions = {
  readonly start: {
    /** `timeScale` multiplies the intervals of heartbeats. */
    readonly given: { readonly channel: string; readonly timeScale: number };
    readonly answer: { readonly port: number /** Of users that may connect. */; readonly tokens: readonly string[] };
  };
  /** Time of the processor that the process has used, in ms. */
  readonly usage: { readonly given: null; readonly answer: number };
  /** Bytes, after collecting garbage. */
  readonly memory: { readonly given: null; readonly answer: { readonly rss: number; readonly heap: number } };
};
