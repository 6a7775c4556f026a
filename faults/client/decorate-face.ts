// The application's seam of a client, and its table: what an application hears and asks, and the rows that a client goes by.
import type { ClientTable, Message, Report } from '../../runtime/client/index.ts';
import { read } from '../../runtime/client/message.ts';
import type { Face, Given } from './client-fault.ts';

/** The same client with some of its members replaced. */
export function withFace(face: Face, change: Partial<Face>): Face {
  return {
    get state() {
      return face.state;
    },
    connect: change.connect ?? (() => face.connect()),
    close: change.close ?? (() => face.close()),
    dispose: change.dispose ?? (() => face.dispose()),
    send: change.send ?? ((type, fields) => face.send(type, fields)),
    request: change.request ?? ((type, fields) => face.request(type, fields)),
    onAny: change.onAny ?? ((handler) => face.onAny(handler)),
    onReport: change.onReport ?? ((handler) => face.onReport(handler)),
    subscribe: change.subscribe ?? ((listener) => face.subscribe(listener)),
  };
}

/** What the application is given for each message. */
export const delivering = (face: Face, given: (message: Message) => readonly Message[]): Face =>
  withFace(face, {
    onAny: (handler) =>
      face.onAny((message) => {
        for (const one of given(message)) handler(one);
      }),
  });

/** What the application is told for each report; null: nothing. */
export const reporting = (face: Face, change: (report: Report) => Report | null): Face =>
  withFace(face, {
    onReport: (handler) =>
      face.onReport((report) => {
        const told = change(report);
        if (told !== null) handler(told);
      }),
  });

export const withRows = (given: Given, rows: NonNullable<Given['override']>): Given => ({
  ...given,
  override: { ...given.override, ...rows },
});

/** A client that goes by another number of the reconnect row. */
export const reconnecting = (
  given: Given,
  { reconnect }: ClientTable,
  rows: Partial<ClientTable['reconnect']>,
): Given => withRows(given, { reconnect: { ...reconnect, ...rows } });

export const typeOf = (message: Message | null, table: ClientTable): unknown => read(message, table.type);

/** Every row about a client message, changed. */
export const messageRows = (
  given: Given,
  table: ClientTable,
  change: (row: ClientTable['messages'][string], type: string) => ClientTable['messages'][string],
): Given =>
  withRows(given, {
    messages: Object.fromEntries(Object.entries(table.messages).map(([type, row]) => [type, change(row, type)])),
  });

export const someRow = (table: ClientTable, match: (row: ClientTable['messages'][string]) => unknown): boolean =>
  Object.values(table.messages).some(match);

/** So long that it never comes. */
export const never = 2 ** 40;
