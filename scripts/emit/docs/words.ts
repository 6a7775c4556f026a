// The sentences by which the page tells what the words of the model mean.
import type {
  AuthCondition,
  ClientAction,
  CloseReason,
  DeliveryWord,
  ErrorCondition,
  Fact,
  Level,
} from '../../model.ts';
import { type Content, html } from './html.ts';
import { inline } from './markdown.ts';

export const DELIVERY: { readonly [word in DeliveryWord]: string } = {
  direct: 'only the connection that asked or is concerned',
  room: 'every connection joined to the room, the causing one included',
  others: 'every connection joined to the room except the causing one',
  'other-users': 'every connection joined to the room that does not belong to the causing user',
  user: 'every connection of the user or users addressed',
  everyone: 'every authenticated connection of the channel',
};

export const ACTIONS: { readonly [action in ClientAction]: string } = {
  stop: 'stops for good',
  'refresh-token': 'fetches a fresh token, tries at once',
  retry: 'waits, tries again',
  slow: 'tries again, spread out',
};

export const AUTH: { readonly [condition in AuthCondition]: string } = {
  missing: 'the token is missing or empty',
  invalid: 'the token is invalid',
  expired: 'the token has expired',
  'unknown-user': 'the user is unknown',
  forbidden: 'the user has no permission',
  'not-found': 'there is no such resource',
  expiry: 'the token expires while connected',
  'unknown-path': 'the path is unknown, or a parameter breaks its schema',
  'invalid-query': 'a query parameter breaks its schema',
  'plain-http': 'the request is plain HTTP',
  shutdown: 'the server is shutting down',
  error: 'the server fails while connecting',
};

export const CLOSE: { readonly [reason in CloseReason]: string } = {
  normal: 'the work is done',
  'going-away': 'a side goes away',
  'protocol-error': 'a breach of RFC 6455',
  'no-code': 'a close frame without a code',
  abnormal: 'the connection was lost',
  auth: 'the token',
  permission: 'no permission',
  'not-found': 'no such resource',
  heartbeat: 'no sign of life in time',
  size: 'a message over the size limit',
  binary: 'a binary message',
  encoding: 'invalid UTF-8',
  policy: 'a breach of policy',
  extension: 'a missing extension',
  rate: 'too many messages',
  backlog: 'the receiver does not keep up',
  shutdown: 'the server shuts down',
  error: 'a failure of the server',
};

export const ERRORS: { readonly [condition in ErrorCondition]: string } = {
  malformed: 'not JSON, or not an object',
  'unknown-type': 'a type that the channel does not have',
  invalid: 'a message that breaks its schema',
  'not-joined': 'the connection has not joined the room',
  'room-mismatch': 'another room than that of the address',
  forbidden: 'the user may not do this',
  'not-found': 'no such thing',
  'rate-limited': 'too many messages',
  'id-reused': 'an id that was used for another content',
  unavailable: 'storage or broadcast is down; nothing was accepted',
  internal: 'a failure of the server',
};

/** `30 s`, `1.5 s`, `500 ms`, `10 min`. */
export function duration(ms: number): string {
  if (ms >= 60_000 && ms % 60_000 === 0) return `${ms / 60_000} min`;
  return ms >= 1000 ? `${ms / 1000} s` : `${ms} ms`;
}

/** `64 KiB` and the like where it is a round number. */
export function size(bytes: number): string {
  if (bytes >= 1_048_576 && bytes % 1_048_576 === 0) return `${bytes / 1_048_576} MiB`;
  if (bytes >= 1024 && bytes % 1024 === 0) return `${bytes / 1024} KiB`;
  return `${bytes} bytes`;
}

/** Nothing for a MUST. */
export function levelMark(level: Level): Content {
  return level === 'SHOULD' && html`<b>SHOULD</b>`;
}

/** The level of a row, what of it is only a SHOULD, and its description. */
export function note(fact: Fact): Content {
  const should = fact.should ?? [];
  return [
    levelMark(fact.level),
    should.length > 0 && html` <b>SHOULD: ${should.join(', ')}</b>`,
    fact.description !== undefined && [
      fact.level === 'SHOULD' || should.length > 0 ? ' ' : '',
      inline(fact.description),
    ],
  ];
}
