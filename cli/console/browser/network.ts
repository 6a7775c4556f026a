// A pane's own network, which can be cut or fall silent, and the sockets on it, whose frames are told to whoever listens.
import type { SocketConstructor, SocketLike } from '../../../runtime/client/index.ts';

/** `silent`: nothing arrives, and nothing says so; what was sent meanwhile arrives when it is up again, as TCP has it. */
export type NetworkState = 'up' | 'cut' | 'silent';

export interface NetworkListener {
  /** A frame that the client wrote, or one that reached it. */
  frame(way: 'out' | 'in', text: string): void;
  closed(code: number): void;
}

export interface Network {
  readonly Socket: SocketConstructor;
  readonly state: NetworkState;
  become(state: NetworkState): void;
}

export function createNetwork(listener: NetworkListener): Network {
  let state: NetworkState = 'up';
  const lines = new Set<{ change(): void }>();

  class Line implements SocketLike {
    onopen: ((event: never) => void) | null = null;
    onmessage: ((event: never) => void) | null = null;
    onclose: ((event: never) => void) | null = null;
    onerror: ((event: never) => void) | null = null;
    #socket: WebSocket | null = null;
    #isOver = false;
    /** What waits for the network. */
    #held: (() => void)[] = [];

    constructor(url: string) {
      lines.add(this);
      if (state === 'cut') setTimeout(() => this.#end(1006));
      else this.#pass(() => this.#open(url));
    }

    get bufferedAmount(): number {
      return this.#socket?.bufferedAmount ?? 0;
    }

    get readyState(): number {
      return this.#isOver ? 3 : (this.#socket?.readyState ?? 0);
    }

    send(text: string): void {
      listener.frame('out', text);
      this.#pass(() => this.#socket?.send(text));
    }

    close(code?: number): void {
      if (this.#socket === null) this.#end(1006);
      else this.#pass(() => this.#socket?.close(code));
    }

    change(): void {
      if (state === 'cut') {
        const socket = this.#socket;
        this.#end(1006);
        socket?.close();
      }
      if (state !== 'up') return;
      for (const act of this.#held.splice(0)) act();
    }

    #open(url: string): void {
      const socket = new WebSocket(url);
      this.#socket = socket;
      socket.onopen = (event) => this.#pass(() => this.onopen?.(event as never));
      socket.onmessage = (event) =>
        this.#pass(() => {
          listener.frame('in', String(event.data));
          this.onmessage?.(event as never);
        });
      socket.onclose = ({ code }) => this.#pass(() => this.#end(code));
    }

    /** At once, or when the network is up again; never after the end. */
    #pass(act: () => void): void {
      const unlessOver = (): void => {
        if (!this.#isOver) act();
      };
      if (state === 'silent') this.#held.push(unlessOver);
      else unlessOver();
    }

    #end(code: number): void {
      if (this.#isOver) return;
      this.#isOver = true;
      lines.delete(this);
      // A client that has let go of a socket has taken its handlers off: it has told of the end itself.
      if (this.onclose) listener.closed(code);
      this.onclose?.({ code } as never);
    }
  }

  return {
    Socket: Line,
    get state() {
      return state;
    },
    become(next) {
      state = next;
      for (const line of [...lines]) line.change();
    },
  };
}
