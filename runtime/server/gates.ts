// The addresses of a server: which channel a path belongs to, and the `ws` server that upgrades to it.

import { WebSocketServer } from 'ws';
import type { Hub } from './hub.ts';
import { compileRoute, type Route } from './route.ts';
import type { Framing } from './seam.ts';

export interface GateOptions {
  readonly hubs: readonly Hub[];
  readonly framing: Framing;
  /** Added to every response. */
  readonly headers: { readonly [name: string]: string };
}

export interface Gate {
  readonly hub: Hub;
  readonly route: Route;
  readonly sockets: WebSocketServer;
}

export interface Found {
  readonly gate: Gate;
  readonly parameters: { readonly [name: string]: unknown };
}

// Without context takeover nothing is kept between messages: else each connection would hold some 300 KB. Of what is too
// short to gain, the bytes are not touched.
const COMPRESSION = {
  serverNoContextTakeover: true,
  clientNoContextTakeover: true,
  threshold: 1024,
  concurrencyLimit: 4,
};
// What a message may become by inflating where the contract bounds none.
const LARGEST_INFLATED = 16 * 1024 * 1024;

const createSockets = (hub: Hub, { framing, headers: added }: GateOptions): WebSocketServer => {
  const { message, compression } = hub.table.limits;
  const isCompressing = framing.perMessageDeflate ?? compression ?? false;
  const sockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    ...framing,
    perMessageDeflate: isCompressing ? COMPRESSION : false,
    // `ws` counts after reassembly and while it inflates, and stops reading at the first byte too many.
    maxPayload: message?.bytes ?? (isCompressing ? LARGEST_INFLATED : 0),
  });
  sockets.on('headers', (headers) => {
    for (const [name, value] of Object.entries(added)) headers.push(`${name}: ${value}`);
  });
  return sockets;
};

export class Gates {
  readonly #gates: readonly Gate[];

  constructor(options: GateOptions) {
    this.#gates = options.hubs.map((hub) => ({
      hub,
      route: compileRoute(hub.table),
      sockets: createSockets(hub, options),
    }));
  }

  /** The channel whose address the path is, with the values of its parameters; null: none. */
  find(path: string): Found | null {
    for (const gate of this.#gates) {
      const parameters = gate.route.match(path);
      if (parameters) return { gate, parameters };
    }
    return null;
  }

  /** Whether the path has the form of an address, also where a parameter breaks its schema. */
  covers(path: string): boolean {
    return this.#gates.some(({ route }) => route.covers(path));
  }
}
