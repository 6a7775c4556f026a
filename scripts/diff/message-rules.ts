// Whom it breaks when what the document says of a message changes: its delivery, its cause, its answer, what it requires.
import type {
  ClientMessage,
  Delivery,
  Idempotent,
  Reply,
  Request,
  Requirement,
  ServerMessage,
  Trigger,
} from '../model.ts';
import { both, type Change, clients, nobody, type Place, servers } from './change.ts';
import { always, byMembers, byNumber, compareRow, compareRows, type RowRule } from './rows.ts';

const delivery: RowRule<Delivery> = {
  id: 'delivery',
  name: 'who receives it',
  duty: 'server',
  added: servers,
  removed: nobody,
  columns: { to: always(both) },
};

const trigger: RowRule<Trigger> = {
  id: 'trigger',
  name: (row) => `that it is caused by ${row.on === 'message' ? row.message : row.on}`,
  duty: 'server',
  // What only the server's own code sends, it need not send.
  added: (row) => (row.on === 'server' ? nobody : servers),
  removed: (row) => (row.on === 'server' ? nobody : clients),
  columns: { fields: always(servers) },
};

const requirement: RowRule<Requirement> = {
  id: 'requires',
  name: (row) => `that its sender needs ${row.condition === 'role' ? `the role ${row.role}` : row.condition}`,
  duty: 'server',
  added: both,
  removed: servers,
  columns: { error: always(both) },
};

const reply: RowRule<Reply> = {
  id: 'reply',
  name: 'its reply',
  duty: 'server',
  added: servers,
  removed: clients,
  columns: { messages: byMembers(clients, both), correlation: always(both) },
};

const idempotent: RowRule<Idempotent> = {
  id: 'idempotent',
  name: 'what makes a repeat harmless',
  duty: 'server',
  added: servers,
  removed: clients,
  columns: {
    property: always(both),
    scope: always(both),
    windowMs: byNumber(clients, servers),
    answer: always(both),
    carries: always(both),
    echo: always(both),
    conflict: always(both),
  },
};

const request: RowRule<Request> = {
  id: 'request',
  name: 'the request',
  duty: 'client',
  added: clients,
  removed: nobody,
  columns: { timeoutMs: always(clients), rejectedBy: always(clients) },
};

export function compareServerRules(place: Place, before: ServerMessage, after: ServerMessage): readonly Change[] {
  const key = (row: Trigger): string => (row.on === 'message' ? `message ${row.message} ${row.user ?? ''}` : row.on);
  return [
    ...compareRow(delivery, place, before.delivery, after.delivery),
    ...compareRows(trigger, place, key, before.triggers, after.triggers),
  ];
}

export function compareClientRules(place: Place, before: ClientMessage, after: ClientMessage): readonly Change[] {
  const key = (row: Requirement): string => (row.condition === 'role' ? `role ${row.role}` : row.condition);
  const changes = [
    ...compareRow(reply, place, before.reply, after.reply),
    ...compareRows(requirement, place, key, before.requires, after.requires),
    ...compareRow(idempotent, place, before.idempotent, after.idempotent),
    ...compareRow(request, place, before.request, after.request),
  ];
  if (before.queued === after.queued) return changes;
  const sentence = after.queued
    ? 'a client may hold it back until it is ready'
    : 'a client must not hold it back any more';
  return [...changes, { id: 'queue/queued', ...place, sentence, breaks: clients, source: after.source, gone: false }];
}
