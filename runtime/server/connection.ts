// A connection as its handlers see it.

import type { CoreConnection, CoreRequest } from './core.ts';
import type { Session } from './session.ts';

/** Everything is looked up when it is asked for: a connection that is idle holds one reference. */
export class SessionConnection implements CoreConnection {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  get #request(): CoreRequest {
    return this.#session.request;
  }

  get user() {
    return this.#request.user;
  }

  get parameters() {
    return this.#request.parameters;
  }

  get query() {
    return this.#request.query;
  }

  get room() {
    return this.#request.room;
  }

  get id() {
    return this.#session.facts.id;
  }

  get rooms() {
    return this.#session.rooms;
  }

  get roles() {
    return this.#session.facts.roles;
  }

  get state() {
    return this.#session.state;
  }

  // Functions of their own, so that handlers may take them out of the connection.
  get send() {
    return (message: unknown): void => this.#session.send(message);
  }

  get close() {
    return (code: number, reason?: string): void => this.#session.end(code, reason ?? '');
  }
}
