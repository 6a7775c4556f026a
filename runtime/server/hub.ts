// One channel at run time: its connections, topics, publisher and store, and what its handlers and the outside can ask.

import { Agenda } from './agenda.ts';
import type { CoreHandlers, Store } from './core.ts';
import { encodeText } from './encoded.ts';
import { createReader, type Inbound } from './inbound.ts';
import { consoleLog, describeError, type Log } from './log.ts';
import { tellChange } from './membership.ts';
import type { ChannelCensus, Metrics } from './metrics.ts';
import { Publisher } from './publisher.ts';
import type { RateVerdict } from './rate.ts';
import { foldState } from './resync.ts';
import type { Publication, Seam } from './seam.ts';
import type { Session } from './session.ts';
import { createStore } from './store.ts';
import type { ChannelContract, ChannelTable } from './table.ts';
import { TopicBook } from './topic-book.ts';
import { roomTopic, userTopic } from './topics.ts';

/** A state is folded and saved every so many messages: well within what is kept. */
const checkpointEvery = (keep: number): number => Math.max(1, Math.floor(keep / 4));

export class Hub {
  readonly contract: ChannelContract;
  readonly table: ChannelTable;
  readonly handlers: CoreHandlers;
  readonly seam: Seam;
  /** What is due of the connections: heartbeats, and the ends of tokens. */
  readonly agenda: Agenda;
  readonly publisher: Publisher;
  readonly topics: TopicBook<Session>;
  readonly store: Store;
  readonly sessions = new Set<Session>();
  readonly read: (text: string, rate: RateVerdict) => Inbound;
  /** Null: nothing is counted. */
  readonly metrics: Metrics | null;
  readonly #log: Log;
  /** From shutdown on, nobody is told who leaves. */
  isEnding = false;

  constructor(
    contract: ChannelContract,
    handlers: CoreHandlers,
    seam: Seam,
    log: Log = consoleLog,
    metrics: Metrics | null = null,
  ) {
    this.contract = contract;
    this.table = contract.table;
    this.handlers = handlers;
    this.seam = seam;
    this.#log = log;
    this.metrics = metrics;
    this.agenda = new Agenda(seam.clock);
    this.publisher = new Publisher(this.table, seam.engine, seam.clock);
    this.publisher.onNumbered = (stream, sequence) => this.#checkpoint(stream, sequence);
    this.topics = new TopicBook(seam.engine, (publication, members) => this.#receive(publication, members));
    this.store = createStore(this.table.name, seam.engine, seam.clock);
    this.read = createReader(contract);
    seam.engine.watch?.((change) => {
      tellChange(this, change).catch((error) => this.report('presence-failed', null, error));
    });
  }

  /** The stream whose numbers the messages of a room carry, for one connection. */
  streamOf(session: Session, room: string): string {
    const scope = this.table.resync?.scope;
    if (scope === 'channel') return this.table.name;
    return scope === 'user' ? userTopic(this.table.name, session.facts.user.id) : roomTopic(this.table.name, room);
  }

  /** Writes down what went wrong inside, without a token. */
  report(event: string, session: Session | null, error: unknown): void {
    const connection = session?.facts.id ?? null;
    this.#log({ level: 'error', event, channel: this.table.name, connection, detail: describeError(error) });
  }

  /** Tells the operator what is no mistake. */
  note(event: string, session: Session, detail: string): void {
    this.#log({ level: 'info', event, channel: this.table.name, connection: session.facts.id, detail });
  }

  census(): ChannelCensus {
    let backlogBytes = 0;
    let largestBacklogBytes = 0;
    for (const { bufferedBytes } of this.sessions) {
      backlogBytes += bufferedBytes;
      largestBacklogBytes = Math.max(largestBacklogBytes, bufferedBytes);
    }
    return { channel: this.table.name, connections: this.sessions.size, backlogBytes, largestBacklogBytes };
  }

  #checkpoint(stream: string, sequence: number): void {
    const rules = this.handlers.state;
    const keep = this.table.resync?.history ?? 0;
    if (!rules || sequence % checkpointEvery(keep) !== 0) return;
    foldState(this.seam.engine, stream, keep, rules).catch((error) => this.report('checkpoint-failed', null, error));
  }

  #receive(publication: Publication, members: ReadonlySet<Session>): void {
    const { except, cause } = publication;
    let recipients: ReadonlySet<Session> | readonly Session[] = members;
    if (except !== null && cause !== null) {
      recipients = [...members].filter((session) =>
        except === 'connection' ? session.facts.id !== cause.connection : session.facts.user.id !== cause.user,
      );
    }
    const { metrics } = this;
    if (!metrics) {
      this.seam.fanout(publication, encodeText(publication.text), recipients, this.sessions);
      return;
    }
    const startedAt = performance.now();
    this.seam.fanout(publication, encodeText(publication.text), recipients, this.sessions);
    const seconds = (performance.now() - startedAt) / 1000;
    const { type } = publication;
    const delivery = this.table.server[type]?.delivery ?? 'room';
    const count = 'size' in recipients ? recipients.size : recipients.length;
    metrics.sent(this.table.name, type, delivery, count, seconds);
  }
}
