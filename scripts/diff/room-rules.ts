// Whom it breaks when rooms, presence, numbering or what a client does by itself change.
import type {
  Channel,
  Parameter,
  Presence,
  QueryParameter,
  Queue,
  Reconnect,
  Resync,
  Room,
  RoomMessage,
} from '../model.ts';
import { both, type Change, clients, nobody, type Place, servers } from './change.ts';
import { always, byMembers, byNumber, compareRow, compareRows, type RowRule } from './rows.ts';

const room: RowRule<Room> = {
  id: 'room',
  name: 'the room',
  duty: 'server',
  added: both,
  removed: both,
  columns: {
    scope: always(both),
    parameter: always(both),
    joinOnOpen: always(both),
    selector: always(both),
    life: always(servers),
  },
};

const entry = (id: string, name: string): RowRule<RoomMessage> => ({
  id,
  name,
  duty: 'server',
  added: both,
  removed: both,
  columns: {
    message: always(both),
    room: always(both),
    onlyAddress: (_, is) => (is ? both : servers),
    refused: always(both),
  },
});

const presence: RowRule<Presence> = {
  id: 'presence',
  name: 'who is there',
  duty: 'server',
  added: servers,
  removed: clients,
  columns: {
    joined: always(both),
    left: always(both),
    per: always(both),
    user: always(both),
    recovery: always(servers),
  },
};

const resync: RowRule<Resync> = {
  id: 'resync',
  name: 'the numbering',
  duty: 'server',
  added: both,
  removed: clients,
  columns: {
    scope: always(both),
    sequence: always(both),
    timestamp: always(both),
    messages: byMembers(both, both),
  },
};

const asking: RowRule<Resync['request']> = {
  id: 'resync.request',
  name: 'asking for what was missed',
  duty: 'server',
  added: both,
  removed: clients,
  columns: { message: always(both), lastSequence: always(both), lastTimestamp: always(both), joins: always(both) },
};

const history: RowRule<Resync['history']> = {
  id: 'resync.history',
  name: 'the history',
  duty: 'server',
  added: servers,
  removed: clients,
  columns: { messages: byNumber(clients, servers) },
};

const snapshot: RowRule<NonNullable<Resync['snapshot']>> = {
  id: 'resync.snapshot',
  name: 'the snapshot',
  duty: 'server',
  added: both,
  removed: both,
  columns: { message: always(both), sequence: always(both) },
};

const catchingUp: RowRule<Resync['client']> = {
  id: 'resync.client',
  name: 'how a client catches up',
  duty: 'client',
  added: clients,
  removed: nobody,
  columns: {
    afterReconnect: always(clients),
    end: always(clients),
    gapTimeoutMs: always(clients),
    holdback: always(clients),
  },
};

const reconnect: RowRule<Reconnect> = {
  id: 'reconnect',
  name: 'reconnecting',
  duty: 'client',
  added: clients,
  removed: nobody,
  columns: {
    initialMs: always(clients),
    multiplier: always(clients),
    maxMs: always(clients),
    jitter: always(clients),
    spreadMs: always(clients),
    attempts: always(clients),
    stableMs: always(clients),
    handshakeTimeoutMs: always(clients),
    tokenTimeoutMs: always(clients),
    offlineRetryMs: always(clients),
  },
};

const queue: RowRule<Queue> = {
  id: 'queue',
  name: 'the queue',
  duty: 'client',
  added: clients,
  removed: clients,
  columns: { messages: always(clients), bytes: always(clients), maxAgeMs: always(clients), overflow: always(clients) },
};

const parameter: RowRule<Parameter> = {
  id: 'parameter',
  name: (row) => `the parameter ${row.name}`,
  duty: 'server',
  added: both,
  removed: both,
  columns: { schema: always(both) },
};

const query: RowRule<QueryParameter> = {
  id: 'query',
  name: (row) => `the query parameter ${row.name}`,
  duty: 'server',
  added: (row) => (row.required ? both : servers),
  removed: (row) => (row.required ? servers : clients),
  columns: { required: (_, is) => (is ? clients : servers), schema: always(both) },
};

export function compareRooms(place: Place, before: Channel, after: Channel): readonly Change[] {
  const [was, is] = [before.room, after.room];
  const numbered = before.resync && after.resync;
  return [
    ...compareRows(parameter, place, ({ name }) => name, before.parameters, after.parameters),
    ...compareRows(query, place, ({ name }) => name, before.query, after.query),
    ...compareRow(room, place, was, is),
    ...(was && is ? compareRow(entry('room.join', 'joining'), place, was.join, is.join) : []),
    ...(was && is ? compareRow(entry('room.leave', 'leaving'), place, was.leave, is.leave) : []),
    ...compareRow(presence, place, was?.presence, is?.presence),
    ...compareRow(resync, place, before.resync, after.resync),
    // Where the whole came or went, its parts are no news.
    ...(numbered ? compareParts(place, before.resync, after.resync) : []),
    ...compareRow(reconnect, place, before.reconnect, after.reconnect),
    ...compareRow(queue, place, before.queue, after.queue),
  ];
}

function compareParts(place: Place, before: Resync | null, after: Resync | null): readonly Change[] {
  return [
    ...compareRow(asking, place, before?.request, after?.request),
    ...compareRow(history, place, before?.history, after?.history),
    ...compareRow(snapshot, place, before?.snapshot, after?.snapshot),
    ...compareRow(catchingUp, place, before?.client, after?.client),
  ];
}
