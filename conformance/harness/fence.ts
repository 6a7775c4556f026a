// Absence by fence, not by sleep: a sentinel goes through the same layer; only where none exists is there a measured wait.
import { performance } from 'node:perf_hooks';
import type { Channel, ClientMessage } from '../../scripts/model.ts';
import type { Clock } from './clock.ts';
import type { Connection } from './connection.ts';
import { type BroadcastFence, broadcastFence, type RoundTripFence, roundTripFence } from './fence-choice.ts';
import type { Id } from './ids.ts';
import { type BuildOptions, type Built, uniqueText } from './messages.ts';
import { valueAt } from './pointer.ts';

const mark = /fence-[0-9a-f]{12}/;

/** The contract alone decides: chosen once for all cases of a channel. */
const choices = new WeakMap<Channel, { broadcast: BroadcastFence | null; request: RoundTripFence | null }>();

/** Below this, ms, nothing is concluded from a wait. */
const floorMs = 40;

function idKind({ id, isIdFree }: Built): boolean | 'made' {
  if (id === null) return false;
  return isIdFree ? true : 'made';
}

export class Fence {
  readonly broadcast: BroadcastFence | null;
  readonly request: RoundTripFence | null;
  readonly #channel: Channel;
  readonly #clock: Clock;
  readonly #build: (key: string, options: BuildOptions) => Built;
  readonly #patience: () => number;
  /** Whether a message carries an id: one of the fence's, or one of its own kind. */
  readonly #withId = new Map<string, boolean | 'made'>();
  /** Those that are no texts of the fence. */
  readonly #ids = new Set<unknown>();

  constructor(
    channel: Channel,
    clock: Clock,
    build: (key: string, options: BuildOptions) => Built,
    patience: () => number,
  ) {
    this.#channel = channel;
    this.#clock = clock;
    this.#build = build;
    this.#patience = patience;
    const known = choices.get(channel);
    const hasMarker = (message: ClientMessage): boolean => build(message.key, {}).marker !== null;
    this.broadcast = known ? known.broadcast : broadcastFence(channel, hasMarker);
    this.request = known ? known.request : roundTripFence(channel, hasMarker);
    if (known === undefined) choices.set(channel, { broadcast: this.broadcast, request: this.request });
  }

  /** Whether a message is of the fence's own making: its sentinel, or an answer to it. One that lists the sentinel among others is not. */
  owns(text: string, key: string | null, value: unknown): boolean {
    if (!text.includes('fence-') || !mark.test(text)) return this.#answers(value);
    const { clientMessages, serverMessages, envelope, error } = this.#channel;
    const message = this.broadcast?.message.key;
    const isCaused = serverMessages.some(
      (effect) =>
        effect.key === key &&
        effect.triggers.some((trigger) => trigger.on === 'message' && trigger.message === message),
    );
    if (isCaused || key === null) return true;
    const ids = [envelope.id, error?.id ?? null, ...clientMessages.map((one) => one.reply?.correlation?.reply ?? null)];
    return ids.some((place) => place !== null && mark.test(String(valueAt(value, place))));
  }

  /** Whether it carries an id of the fence's where ids are no free text. */
  #answers(value: unknown): boolean {
    if (this.#ids.size === 0) return false;
    const { clientMessages, envelope, error } = this.#channel;
    const ids = [envelope.id, error?.id ?? null, ...clientMessages.map((one) => one.reply?.correlation?.reply ?? null)];
    return ids.some((place) => place !== null && this.#ids.has(valueAt(value, place)));
  }

  /** Never judges: a connection that the sentinel does not reach is waited for instead. */
  async pass(connections: readonly Connection[]): Promise<void> {
    const open = connections.filter((connection) => connection.isOpen);
    const groups = new Map<string, Connection[]>();
    const loose: Connection[] = [];
    for (const connection of open) {
      const rooms = this.broadcast?.user ? [] : [...connection.joinedRooms];
      if (this.broadcast === null || rooms.length === 0) loose.push(connection);
      for (const room of rooms) groups.set(room, [...(groups.get(room) ?? []), connection]);
    }
    const reached = await Promise.all([
      ...[...groups].map(([room, members]) => this.#throughRoom(room, members)),
      ...loose.map((connection) => this.#alone(connection, open)),
    ]);
    if (reached.includes(false)) await this.#clock.sleep(this.waitMs());
  }

  /** A broadcast from the connection through its room that comes back to it: proves that it has joined. */
  async toSelf(connection: Connection, room: string): Promise<boolean> {
    if (this.broadcast?.user) return await this.#toOwnUser(connection);
    return await this.#throughRoom(room, [connection]);
  }

  /** Three times the largest delivery latency measured in this run. */
  waitMs(): number {
    return Math.max(floorMs, 3 * Math.max(this.#clock.delivery.max, this.#clock.rtt.max));
  }

  async roundTrip(connection: Connection): Promise<boolean> {
    const { request } = this;
    if (request === null || !connection.isOpen) return false;
    if (request.needsMembership && connection.joinedRooms.size === 0) return false;
    const marker = uniqueText('fence-');
    const sent = this.#build(
      request.message.key,
      this.#options(request.message.key, marker, connection.room ?? undefined),
    );
    this.#remember(sent);
    const correlation = request.message.reply?.correlation ?? null;
    const position = connection.messages.length;
    await connection.send(sent.value);
    const answer = await connection.takeOrNull(
      (message) =>
        message.index >= position &&
        message.key !== null &&
        request.answers.includes(message.key) &&
        // An answer without any id is an answer all the same: that the id is missing is another rule's matter.
        (correlation === null ||
          sent.id === null ||
          [sent.id, undefined].includes(valueAt(message.value, correlation.reply) as Id | undefined)),
      { withinMs: this.#patience() },
    );
    return answer !== null;
  }

  async #throughRoom(room: string, members: readonly Connection[]): Promise<boolean> {
    const { broadcast } = this;
    const sender = members.find((member) => member.isOpen);
    if (broadcast === null || sender === undefined) return false;
    const marker = uniqueText('fence-');
    const sent = this.#build(
      broadcast.message.key,
      this.#options(broadcast.message.key, marker, room === '' ? undefined : room),
    );
    return await this.#send(sender, sent, marker, members);
  }

  async #alone(connection: Connection, among: readonly Connection[]): Promise<boolean> {
    if (await this.#toOwnUser(connection, among)) return true;
    await this.roundTrip(connection);
    return false;
  }

  /** With delivery `user`: a sentinel that the connection addresses to its own user. Where it has a number of the sequence, it is
   * an update like any other for the user's other connections: those named must have seen it too. */
  async #toOwnUser(connection: Connection, among: readonly Connection[] = [connection]): Promise<boolean> {
    const { broadcast } = this;
    if (!broadcast?.user || connection.user === null || connection.user.id === '') return false;
    const { id } = connection.user;
    const marker = uniqueText('fence-');
    const address = { [broadcast.user]: id };
    const sent = this.#build(broadcast.message.key, { ...this.#options(broadcast.message.key, marker), with: address });
    const own = among.filter(({ user }) => user?.id === id);
    return await this.#send(connection, sent, marker, own);
  }

  async #send(sender: Connection, sent: Built, marker: string, members: readonly Connection[]): Promise<boolean> {
    const sentAt = performance.now();
    this.#remember(sent);
    await sender.send(sent.value);
    const seen = await Promise.all(
      members.map((member) =>
        member.until(
          () =>
            member.ending !== null ||
            member.messages.some(
              (message) => message.key === this.broadcast?.effect.key && message.text.includes(marker),
            ),
          this.#patience(),
        ),
      ),
    );
    const reached = seen.every((one) => one) && members.every((member) => member.isOpen);
    if (reached) this.#clock.delivery.add(performance.now() - sentAt);
    return reached;
  }

  /** The sentinel in the marked place and in the id, so that its answers too are known as the fence's. */
  #options(key: string, marker: string, room?: string): BuildOptions {
    const named = room !== undefined && this.#channel.room?.selector ? { room } : {};
    const hasId = this.#withId.get(key) ?? idKind(this.#build(key, {}));
    this.#withId.set(key, hasId);
    return { marker, ...(hasId === 'made' ? {} : { id: hasId ? marker : null }), ...named };
  }

  #remember({ id, isIdFree }: Built): void {
    if (id !== null && !isIdFree) this.#ids.add(id);
  }
}
