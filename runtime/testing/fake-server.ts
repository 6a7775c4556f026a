// A server for tests, built from a channel's table: it keeps up heartbeats, and for the rest does what a test tells it.
import type { ClientTable, Clock, InboundValidators, Message, SocketConstructor, SocketLike } from '../client/index.ts';
import { put, read } from '../client/message.ts';

export interface FakeConnection {
  readonly url: string;
  /** The token in the address. */
  readonly token: string | null;
  /** Messages received, in order; text that is not JSON as it is. */
  readonly received: readonly unknown[];
  /** What the client sees of it: 0 connecting, 1 open, 2 closing, 3 closed. */
  readonly readyState: number;
  /** The code with which the client closed it. */
  readonly closedWith: number | undefined;
  /** Answers the handshake; done at once unless the server is told otherwise. */
  accept(): void;
  send(type: string, fields?: Message): void;
  /** Any text, or something that is no text. */
  sendRaw(data: unknown): void;
  close(code: number): void;
  /** The server's close frame has come, and the close event has not: it is told by `close`. */
  startClosing(): void;
  /** From now on nothing arrives on either side, and no close event: the cable is cut. */
  cut(): void;
  /** Bytes that the client's socket is to say it holds back. */
  buffer(bytes: number): void;
}

/** Generated validators: `import { validators } from './generated/channels/arena/validators.ts'`. */
export interface FakeServerValidators {
  readonly client: InboundValidators;
  readonly server: InboundValidators;
}

export interface FakeServerOptions {
  readonly clock: Clock;
  /** With these, `send` throws where a script breaks the contract, and what the client sends is checked too. */
  readonly validators?: FakeServerValidators;
  /** What happens to a handshake: it is accepted, refused (1006), or never answered. @default 'accept' */
  readonly handshake?: 'accept' | 'refuse' | 'hang';
  /** Whether the end of a connection that the client closes is told to it. @default true */
  readonly tellsClose?: boolean;
  /** Called when a connection opened: a place for what a server always sends. */
  readonly onOpen?: (connection: FakeConnection) => void;
  /** Called with every message but a heartbeat, after it was noted as received. */
  readonly onMessage?: (connection: FakeConnection, message: Message) => void;
}

export interface FakeServer {
  /** Pass it to a client. */
  readonly WebSocket: SocketConstructor;
  /** Every connection ever tried, the oldest first. */
  readonly connections: readonly FakeConnection[];
  readonly latest: FakeConnection;
  handshake: 'accept' | 'refuse' | 'hang';
  tellsClose: boolean;
  /** What clients sent that breaks the contract: always empty without `validators`. */
  readonly breaches: readonly string[];
  /** Whether the client's heartbeat is answered, and the server's own sent. @default true */
  beats: boolean;
}

/** What is wrong with a message, by the first thing that is. */
function breachOf(validators: InboundValidators, type: string, message: Message): string | undefined {
  const validate = validators[type];
  if (!validate) return `${type} is no message of it; there are ${Object.keys(validators).join(', ')}.`;
  const [issue] = validate(message).issues ?? [];
  return issue && `${type} ${issue.message}${issue.pointer && ` at ${issue.pointer}`}.`;
}

export function createFakeServer(table: ClientTable, options: FakeServerOptions): FakeServer {
  const connections: FakeConnection[] = [];
  const breaches: string[] = [];
  const server = {
    handshake: options.handshake ?? 'accept',
    tellsClose: options.tellsClose ?? true,
    beats: true,
    connections,
    breaches,
    get WebSocket(): SocketConstructor {
      return FakeSocket;
    },
    get latest(): FakeConnection {
      const latest = connections.at(-1);
      if (!latest) throw new Error('No client has connected yet: call connect() and let time pass.');
      return latest;
    },
  };
  const later = (call: () => void) => options.clock.setTimeout(call, 0);

  class FakeSocket implements SocketLike {
    onopen: SocketLike['onopen'] = null;
    onmessage: SocketLike['onmessage'] = null;
    onclose: SocketLike['onclose'] = null;
    onerror: SocketLike['onerror'] = null;
    bufferedAmount = 0;
    readyState = 0;
    closedWith: number | undefined;
    readonly received: unknown[] = [];
    readonly url: string;
    readonly token: string | null;
    #isCut = false;

    constructor(url: string) {
      this.url = url;
      this.token = table.token ? new URL(url).searchParams.get(table.token) : null;
      connections.push(this.connection);
      const { handshake } = server;
      if (handshake !== 'hang') later(() => (handshake === 'accept' ? this.accept() : this.#end(1006)));
    }

    /** The test's side of it; the members that both sides have mean different things. */
    readonly connection: FakeConnection = ((socket: FakeSocket) => ({
      get url() {
        return socket.url;
      },
      get token() {
        return socket.token;
      },
      get received() {
        return socket.received;
      },
      get readyState() {
        return socket.readyState;
      },
      get closedWith() {
        return socket.closedWith;
      },
      accept: () => socket.accept(),
      send(type: string, fields: Message = {}) {
        const message = table.type ? put(fields, table.type, type) : fields;
        const breach = options.validators && breachOf(options.validators.server, type, message);
        if (breach) throw new Error(`The server of the contract never sends this: ${breach}`);
        socket.sendRaw(JSON.stringify(message));
      },
      sendRaw: (data: unknown) => socket.sendRaw(data),
      close: (code: number) => socket.#end(code),
      startClosing() {
        socket.readyState = 2;
      },
      cut: () => socket.cut(),
      buffer: (bytes: number) => socket.buffer(bytes),
    }))(this);

    accept(): void {
      if (this.readyState !== 0 || this.#isCut) return;
      this.readyState = 1;
      this.onopen?.({} as never);
      options.onOpen?.(this.connection);
      this.#beat();
    }

    #beat(): void {
      const { pong } = table;
      if (!pong) return;
      options.clock.setTimeout(() => {
        if (this.readyState !== 1 || this.#isCut) return;
        if (server.beats) this.connection.send(pong.ping);
        this.#beat();
      }, pong.intervalMs);
    }

    sendRaw(data: unknown): void {
      if (this.readyState === 1 && !this.#isCut) this.onmessage?.({ data } as never);
    }

    cut(): void {
      this.#isCut = true;
    }

    buffer(bytes: number): void {
      this.bufferedAmount = bytes;
    }

    #end(code: number): void {
      if (this.readyState === 3 || this.#isCut) return;
      this.readyState = 3;
      this.onclose?.({ code } as never);
    }

    send(data: string): void {
      if (this.readyState !== 1) throw new Error('The socket is not open.');
      if (!this.#isCut) later(() => this.#receive(data));
    }

    close(code?: number): void {
      if (this.readyState >= 2) return;
      this.readyState = 2;
      this.closedWith = code;
      if (server.tellsClose && !this.#isCut) later(() => this.#end(code ?? 1005));
    }

    #receive(data: string): void {
      let message: Message;
      try {
        message = JSON.parse(data);
      } catch {
        this.received.push(data);
        return;
      }
      this.received.push(message);
      const { validators } = options;
      const type = read(message, table.type) ?? Object.keys(validators?.client ?? {})[0];
      const breach = validators && breachOf(validators.client, String(type), message);
      if (breach) breaches.push(breach);
      const { ping } = table;
      if (!ping || read(message, table.type ?? []) !== ping.type) options.onMessage?.(this.connection, message);
      else if (server.beats) {
        let answer: Message = {};
        for (const path of [...(table.messages[ping.type]?.stamps ?? []), ...(table.id ? [table.id] : [])])
          answer = put(answer, path, read(message, path));
        this.connection.send(ping.reply, answer);
      }
    }
  }

  return server;
}
