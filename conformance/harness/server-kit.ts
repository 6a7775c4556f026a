// The kit of one server case: one trace, one lease of users and rooms, every connection closed at its end.
import type { Channel } from '../../scripts/model.ts';
import type { ErrorSeen, Kit, Published, PublishTo, Shutdown } from '../kit.ts';
import type { TraceFrame } from '../result.ts';
import { Failed, type Needs } from '../rule.ts';
import type { HookName } from '../target/target.ts';
import { castOf } from './case-actors.ts';
import { CaseConnections } from './case-connections.ts';
import type { Connection, Received } from './connection.ts';
import { callHook } from './hooks.ts';
import { type Lease, Leases } from './leases.ts';
import type { Built } from './messages.ts';
import { brief, valueAt } from './pointer.ts';
import { publishable } from './publishing.ts';
import type { Observation } from './record.ts';
import type { Session } from './session.ts';

export type { Session } from './session.ts';

export class ServerKit extends CaseConnections implements Kit {
  readonly #beside: ServerKit[] = [];
  #downed = false;

  static async create(session: Session, channel: Channel, needs: Needs, lease: Lease): Promise<ServerKit> {
    return new ServerKit(session, channel, await castOf(session, channel, needs, lease));
  }

  async reply(connection: Connection, sent: Built): Promise<unknown> {
    const request = this.clientMessage(sent.key);
    const correlation = request.reply?.correlation ?? null;
    const keys = request.reply?.messages ?? this.effectsOf(sent.key).map((message) => message.key);
    const matches = (message: Received) =>
      message.key !== null &&
      (keys.includes(message.key) || message.key === this.channel.error?.message) &&
      (correlation === null || sent.id === null || valueAt(message.value, correlation.reply) === sent.id);
    const what = `the answer to ${request.type} (${keys.join(' or ')})`;
    const answer = await connection.take(matches, { what });
    if (answer.key !== null && keys.includes(answer.key)) return answer.value;
    throw new Failed(what, `an error: ${brief(answer.value)}`, { reason: 'error-instead' });
  }

  async errorFor(connection: Connection, sent: Built | null): Promise<ErrorSeen | null> {
    const report = this.channel.error;
    if (report === null) return null;
    const isIt = (message: Received) =>
      message.key === report.message &&
      (report.id === null ||
        sent?.id == null ||
        valueAt(message.value, report.id) === undefined ||
        valueAt(message.value, report.id) === sent.id);
    let found = connection.inbox.some(isIt) ? await connection.takeOrNull(isIt) : null;
    if (found === null) {
      // What was rejected is answered before what comes after it: an answered round trip means that no error will come.
      const askedAt = this.clock.now();
      const answered = await this.sentinel.roundTrip(connection);
      const left = answered ? 0 : this.patienceMs - (this.clock.now() - askedAt);
      found = await connection.takeOrNull(isIt, { withinMs: Math.max(this.sentinel.waitMs(), left) });
    }
    if (found === null) return null;
    const at = (pointer: string | null) => (pointer === null ? undefined : valueAt(found.value, pointer));
    return {
      code: at(report.code),
      text: at(report.text),
      pointer: at(report.pointer),
      id: at(report.id),
      value: found.value,
    };
  }

  async hook(name: HookName, body: Readonly<Record<string, unknown>>): Promise<unknown> {
    await this.session.process?.up();
    return await callHook(this.session.target, name, { channel: this.channel.name, ...body });
  }

  hasHook(name: HookName): boolean {
    return this.session.target.hooks[name] !== undefined;
  }

  async publish(serverKey: string, to: PublishTo = {}): Promise<Published> {
    const message = this.serverMessage(serverKey);
    const published = publishable(this.channel, message, this.session.schemas);
    const word = message.delivery?.to;
    const room = to.room ?? (word === 'user' || word === 'everyone' ? undefined : this.rooms[0]);
    await this.hook('publish', { message: published.value, room, users: to.users });
    return published;
  }

  async restart(): Promise<void> {
    const { process } = this.session;
    if (process !== null) await process.restart();
    else await this.hook('restart', {});
  }

  async shutdown(): Promise<Shutdown> {
    const { process } = this.session;
    const at = this.clock.now();
    if (process === null) {
      await this.hook('restart', {});
      return { at, isProcess: false, exited: async () => null };
    }
    this.#downed = true;
    process.terminate();
    return {
      at,
      isProcess: true,
      exited: async (withinMs) => ((await process.ended(withinMs)) ? this.clock.now() : null),
    };
  }

  async beside(channel: Channel, needs: Needs = {}): Promise<Kit> {
    const { target, schemas } = this.session;
    // Nothing else runs in the exclusive lane, so nobody holds a lease that could be in the way.
    const lease = await new Leases(target, schemas).acquire(channel, needs, true);
    const kit = await ServerKit.create(this.session, channel, needs, lease);
    this.#beside.push(kit);
    return kit;
  }

  async once<T>(key: string, make: () => Promise<T>): Promise<T> {
    const { memory } = this.session;
    const known = memory.get(key) ?? make();
    memory.set(key, known);
    return (await known) as T;
  }

  frames(): readonly TraceFrame[] {
    return this.trace.frames();
  }

  /** What came of the case's connections, for the monitors. */
  observed(instance: string): Observation {
    const { connections, refusals, trace } = this;
    let frames: readonly TraceFrame[] | null = null;
    return {
      instance,
      channel: this.channel.name,
      connections,
      refusals,
      tokens: trace.secrets,
      // Most are never looked at.
      get frames() {
        frames ??= trace.frames();
        return frames;
      },
    };
  }

  /**
   * An error answers a message: more errors than messages were sent to the server are said here; null: there are not.
   * What is told to somebody who is let in only to be refused is auth/refusal-silent's matter.
   */
  unaskedErrors(): string | null {
    const key = this.channel.error?.message;
    const told = this.connections.filter((one) => one.sentCount > 0 || one.ending === null || one.endedBySuite);
    const errors = told.flatMap(({ messages }) => messages.filter((message) => message.key === key)).length;
    const sent = this.connections.reduce((sum, connection) => sum + connection.sentCount, this.early);
    return key === undefined || errors <= sent ? null : `${errors} errors, for ${sent} messages`;
  }

  /** Every connection of the case is given up; the server's answers are not waited for. */
  async dispose(): Promise<void> {
    for (const kit of this.#beside) {
      this.session.record.add(kit.observed(`${kit.channel.name}, beside ${this.channel.name}`));
      await kit.dispose();
    }
    const open = this.connections.filter((connection) => connection.ending === null);
    for (const connection of open) connection.terminate();
    await Promise.all(open.map((connection) => connection.ended(500)));
    if (this.#downed) this.session.process?.leaveDown();
  }
}
