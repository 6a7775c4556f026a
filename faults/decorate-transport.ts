// Decorates connections: what each is sent, what is heard from it, and how it ends.
import type {
  ChannelContract,
  ChannelTable,
  Encoded,
  Seam,
  Transport,
  TransportEvents,
  Violation,
} from '../runtime/server/index.ts';
import { parsed, parsedOwn } from './message-text.ts';

export interface Wrapped {
  readonly inner: Transport;
  readonly contract: ChannelContract;
  readonly table: ChannelTable;
}

const contractOf = (seam: Seam, channel: string): ChannelContract =>
  seam.channels.find(({ table }) => table.name === channel)!;

/** Every accepted connection with some of its members exchanged. */
export const changeTransport = (seam: Seam, change: (one: Wrapped) => Partial<Transport>): Seam => ({
  ...seam,
  transport: (plain) => {
    const inner = seam.transport(plain);
    const contract = contractOf(seam, inner.facts.channel);
    return {
      facts: inner.facts,
      get bufferedBytes() {
        return inner.bufferedBytes;
      },
      get isOpen() {
        return inner.isOpen;
      },
      send: (message) => inner.send(message),
      ping: (payload) => inner.ping(payload),
      close: (code, reason) => inner.close(code, reason),
      terminate: () => inner.terminate(),
      pause: () => inner.pause(),
      resume: () => inner.resume(),
      drained: () => inner.drained(),
      listen: (events) => inner.listen(events),
      ...change({ inner, contract, table: contract.table }),
    };
  },
});

export interface Heard extends Wrapped {
  readonly transport: Transport;
  readonly events: TransportEvents;
}

/** What a connection reports, some of it exchanged. */
export const changeEvents = (seam: Seam, change: (one: Heard) => Partial<TransportEvents>): Seam =>
  changeTransport(seam, ({ inner, contract, table }) => ({
    listen: (events) =>
      inner.listen({
        message: (text) => events.message(text),
        binary: (data) => events.binary(data),
        pong: (payload) => events.pong(payload),
        violation: (kind, code) => events.violation(kind, code),
        closed: (code) => events.closed(code),
        ...change({ inner, transport: inner, contract, table, events }),
      }),
  }));

/** Connections that go on after a violation of that kind, though nothing more is heard of them. */
export const survivingViolation = (seam: Seam, kind: Violation): Seam =>
  changeTransport(seam, ({ inner }) => {
    let isDeaf = false;
    let answer = (_payload: string): void => {};
    return {
      // Whoever is not heard any more would otherwise end for want of an answer.
      ping: (payload) => {
        inner.ping(payload);
        if (isDeaf) answer(payload);
      },
      listen: (events) => {
        answer = (payload) => events.pong(payload);
        inner.listen({
          message: (text) => events.message(text),
          binary: (data) => events.binary(data),
          pong: (payload) => events.pong(payload),
          closed: (code) => events.closed(code),
          violation: (found, code) => {
            if (found === kind) isDeaf = true;
            else events.violation(found, code);
          },
        });
      },
    };
  });

export interface Incoming extends Heard {
  readonly text: string;
  readonly value: unknown;
  readonly type: string;
}

/** Client messages: what takes the place of each, in order. */
export const changeIncoming = (seam: Seam, change: (one: Incoming) => readonly string[]): Seam =>
  changeEvents(seam, (heard) => ({
    message: (text) => {
      for (const instead of change({ ...heard, text, ...parsed(heard.table, text) })) heard.events.message(instead);
    },
  }));

export interface Outgoing extends Wrapped {
  readonly message: Encoded;
  readonly value: unknown;
  readonly type: string;
  /** Whether it was sent to this connection alone: it came by no fan-out. */
  readonly isDirect: boolean;
  /** The other open connections of the same room, joined or not where the connection has joined none. */
  peers(): readonly Transport[];
}

const isTogether = (a: Transport, b: Transport): boolean => {
  if (a.facts.channel !== b.facts.channel) return false;
  if (a.facts.rooms.size > 0) return [...a.facts.rooms].some((room) => b.facts.rooms.has(room));
  return a.facts.addressRoom === b.facts.addressRoom;
};

/** What each connection is sent: what takes the place of each message, in order. */
export const changeOutgoing = (seam: Seam, change: (one: Outgoing) => readonly Encoded[]): Seam => {
  const fanned = new WeakSet<Encoded>();
  const open = new Map<string, Transport>();
  const noted: Seam = {
    ...seam,
    fanout: (publication, message, recipients, all) => {
      fanned.add(message);
      seam.fanout(publication, message, recipients, all);
    },
  };
  const tracked = changeEvents(noted, ({ inner, events }) => ({
    closed: (code) => {
      open.delete(inner.facts.id);
      events.closed(code);
    },
  }));
  return changeTransport(tracked, (wrapped) => {
    const { inner, table } = wrapped;
    open.set(inner.facts.id, inner);
    return {
      send: (message) => {
        const peers = () => [...open.values()].filter((other) => other !== inner && isTogether(inner, other));
        const one = { ...wrapped, message, ...parsedOwn(table, message), isDirect: !fanned.has(message), peers };
        for (const instead of change(one)) inner.send(instead);
      },
    };
  });
};
