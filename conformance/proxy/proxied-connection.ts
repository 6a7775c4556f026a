// One connection through the proxy: two sockets, a leg each way, and the record of everything that came and was handed on.
import type { Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import { type CutHow, type Direction, type DirectionFaults, reset } from './faults.ts';
import { closePayload, opcodes, writeFrame } from './frames.ts';
import { Leg } from './leg.ts';
import type { Unit, UnitKind } from './units.ts';

/**
 * Something on one of the two legs. `in`: it came from its sender; `out`: it was handed on to its receiver, which may not have
 * got it where the connection then ended.
 */
export interface WireEvent {
  /** performance.now(). */
  readonly at: number;
  readonly direction: Direction;
  readonly leg: 'in' | 'out';
  readonly kind: Exclude<UnitKind, 'head' | 'raw'>;
  /** Of a text message its text, of a close frame the reason. */
  readonly text: string;
  /** Of a close frame. */
  readonly code?: number;
}

/** What is kept of a connection. It has no query: nothing that is printed of it can hold a token. */
export interface ConnectionRecord {
  /** From 0, in the order of the attempts. */
  readonly index: number;
  readonly path: string;
  /** performance.now() when TCP was accepted. */
  readonly at: number;
  /** The server's answer to the upgrade; null: there was none. */
  readonly status: number | null;
  /** performance.now() when the client's socket had ended; null: it has not. */
  readonly endedAt: number | null;
  /** Who ended it first, as far as the proxy can see. */
  readonly endedBy: 'client' | 'server' | 'proxy' | null;
  /** Silent: what was handed on before is all that will ever be. */
  readonly isHalfOpen: boolean;
  readonly events: readonly WireEvent[];
}

/** How long the client may take to answer a close frame, ms. */
const closeWithinMs = 500;

export class ProxiedConnection implements ConnectionRecord {
  readonly index: number;
  readonly at = performance.now();
  readonly events: WireEvent[] = [];
  path = '';
  status: number | null = null;
  endedAt: number | null = null;
  endedBy: ConnectionRecord['endedBy'] = null;
  isHalfOpen = false;
  readonly #client: Socket;
  readonly #server: Socket;
  readonly #toServer: Leg;
  readonly #toClient: Leg;
  readonly #onChange: () => void;

  constructor(
    index: number,
    sockets: { readonly client: Socket; readonly server: Socket; readonly host: string },
    faults: Readonly<Record<Direction, DirectionFaults>>,
    onChange: () => void,
  ) {
    const { client, server, host } = sockets;
    this.index = index;
    this.#client = client;
    this.#server = server;
    this.#onChange = onChange;
    const onCut = () => this.cut('end');
    this.#toServer = new Leg({
      from: client,
      to: server,
      faults: faults['to-server'],
      rewrite: (unit) => (unit.kind === 'head' ? requestHead(unit.text, host) : unit.raw),
      onUnit: (unit, leg) => this.#note('to-server', unit, leg),
      onCut,
    });
    this.#toClient = new Leg({
      from: server,
      to: client,
      faults: faults['to-client'],
      rewrite: ({ raw }) => raw,
      onUnit: (unit, leg) => this.#note('to-client', unit, leg),
      onCut,
    });
    // Of a silent connection the client's end is seen, though no close event follows.
    for (const event of ['end', 'close']) client.on(event, () => this.#ended('client'));
    server.on('close', () => this.#ended('server'));
    for (const socket of [client, server]) socket.on('error', () => {});
  }

  /** Whether it was accepted, and neither side has ended it. */
  get isOpen(): boolean {
    return this.status === 101 && this.endedAt === null && this.endedBy === null;
  }

  cut(how: CutHow): void {
    this.endedBy ??= 'proxy';
    this.#toClient.stop();
    this.#toServer.stop();
    for (const socket of [this.#client, this.#server]) {
      if (how === 'reset') reset(socket);
      else if (socket.writableEnded) socket.destroySoon();
      else socket.end(() => socket.destroy());
    }
  }

  /** From now on nothing is handed on, and neither side learns of the other's end. */
  halfOpen(direction: Direction | 'both'): void {
    this.isHalfOpen = true;
    if (direction !== 'to-server') this.#toClient.isSilent = true;
    if (direction !== 'to-client') this.#toServer.isSilent = true;
  }

  /** A close frame in the server's name; the server's side is ended without one. */
  closeWith(code: number): void {
    this.endedBy ??= 'proxy';
    this.#toClient.inject(writeFrame(opcodes.close, closePayload(code), false));
    this.#toServer.isSilent = true;
    this.#server.destroy();
    setTimeout(() => this.#client.destroySoon(), closeWithinMs).unref();
  }

  #note(direction: Direction, unit: Unit, leg: 'in' | 'out'): void {
    if (unit.kind === 'head') {
      if (leg === 'in' && direction === 'to-server') this.path = pathOf(unit.text);
      if (leg === 'in' && direction === 'to-client') this.#answered(unit.text);
    } else if (unit.kind !== 'raw') {
      const { kind, text, code } = unit;
      this.events.push({
        at: performance.now(),
        direction,
        leg,
        kind,
        text,
        ...(code === undefined ? {} : { code }),
      });
    }
    this.#onChange();
  }

  #answered(head: string): void {
    this.status = Number(/^HTTP\/1\.\d (\d+)/.exec(head)?.[1] ?? 0);
    if (this.status !== 101) this.#toClient.reader.isPlain = true;
  }

  #ended(by: 'client' | 'server'): void {
    this.endedBy ??= by;
    if (by === 'client') {
      this.endedAt ??= performance.now();
      if (!this.#toServer.isSilent && this.#client.destroyed) this.#server.destroySoon();
    } else if (!this.#toClient.isSilent && this.#server.errored !== null) this.#client.destroySoon();
    this.#onChange();
  }
}

/** The request as the server is to see it: its own host, and no compression, which would hide the messages. */
function requestHead(head: string, host: string): Buffer {
  const lines = head.split('\r\n').filter((line) => !/^sec-websocket-extensions:/i.test(line));
  return Buffer.from(lines.map((line) => (/^host:/i.test(line) ? `Host: ${host}` : line)).join('\r\n'), 'latin1');
}

function pathOf(head: string): string {
  return (head.split(' ')[1] ?? '/').split('?')[0] as string;
}
