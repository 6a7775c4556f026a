// Whether a server acted on a message: one message of the contract of which another connection, or the sender, sees the effect.
import type { Channel, ClientMessage, Level, Pointer, ServerMessage } from '../../scripts/model.ts';
import type { ConnectOptions, Kit } from '../kit.ts';
import { Failed, lowest, NotTestable } from '../rule.ts';
import type { Connection, Received } from './connection.ts';
import { broadcastFence, roundTripFence } from './fence-choice.ts';
import type { BuildOptions, Built } from './messages.ts';
import { valueAt } from './pointer.ts';

/** Before an absence is concluded where nothing can be sent through the same layer. */
const shortestWaitMs = 100;

/** A client message and the server message that shows that it was acted on. */
export interface Probe {
  readonly message: ClientMessage;
  readonly effect: ServerMessage;
  /** With delivery `user`: where the message names the addressed user. */
  readonly user: Pointer | null;
  /** The effect is the sender's direct answer: nobody else can see it. */
  readonly direct: boolean;
  /** That of the messages: what the server need not know proves little where nothing comes of it. */
  readonly level: Level;
}

/** What is given comes before what was decided, and a broadcast before a direct answer. Empty: nothing of the channel shows an effect. */
export function probesOf(channel: Channel, hasMarker: (message: ClientMessage) => boolean): readonly Probe[] {
  const found: Probe[] = [];
  const broadcast = broadcastFence(channel, hasMarker);
  if (broadcast !== null) found.push({ ...broadcast, direct: false, level: levelOf(broadcast) });
  const request = roundTripFence(channel, hasMarker);
  const effect = channel.serverMessages.find((message) => message.key === request?.answers[0]);
  if (request !== null && effect !== undefined) {
    const { message } = request;
    found.push({ message, effect, user: null, direct: true, level: levelOf({ message, effect }) });
  }
  const unmarked = found.length === 0 ? unmarkedProbe(channel) : null;
  if (unmarked !== null) found.push(unmarked);
  return [...found.filter(({ level }) => level === 'MUST'), ...found.filter(({ level }) => level !== 'MUST')];
}

/** A broadcast that has nothing of its own in it: it can be counted. */
function unmarkedProbe(channel: Channel): Probe | null {
  const special = [channel.room?.join?.message, channel.room?.leave?.message, channel.resync?.request.message];
  for (const message of channel.clientMessages) {
    const needsRole = message.requires.some(({ condition }) => condition === 'role');
    if (needsRole || special.includes(message.key)) continue;
    const effect = channel.serverMessages.find(
      ({ delivery, triggers }) =>
        (delivery?.to === 'room' || delivery?.to === 'everyone') &&
        triggers.some((trigger) => trigger.on === 'message' && trigger.message === message.key),
    );
    if (effect === undefined) continue;
    return { message, effect, user: null, direct: false, level: levelOf({ message, effect }) };
  }
  return null;
}

function levelOf(probe: { readonly message: ClientMessage; readonly effect: ServerMessage }): Level {
  return lowest(probe.message.level, probe.effect.level, probe.effect.delivery?.level ?? 'MUST');
}

/** A sender, and the connection that sees what comes of its messages; they are the same where the effect is direct. */
export class Probing {
  readonly probe: Probe;
  readonly sender: Connection;
  readonly witness: Connection;
  readonly #kit: Kit;

  private constructor(kit: Kit, probe: Probe, sender: Connection, witness: Connection) {
    this.#kit = kit;
    this.probe = probe;
    this.sender = sender;
    this.witness = witness;
  }

  /** Joins both. Throws NotTestable where the channel has nothing that shows an effect. Takes one user. */
  static async open(kit: Kit, options: ConnectOptions = {}): Promise<Probing> {
    const probe = theProbe(kit);
    const witness = await kit.joined({ name: 'witness' });
    return await Probing.beside(kit, witness, probe, options);
  }

  /** Another sender beside a witness that is there already. */
  static async beside(kit: Kit, witness: Connection, probe: Probe, options: ConnectOptions = {}): Promise<Probing> {
    const sender = await kit.joined({ name: 'sender', ...options });
    return new Probing(kit, probe, sender, probe.direct ? sender : witness);
  }

  /** Without a sender of the suite's: for what is sent by a connection that must not get in. */
  static watching(kit: Kit, witness: Connection): Probing {
    return new Probing(kit, theProbe(kit), witness, witness);
  }

  /** Addressed to the witness, where it must be addressed. */
  build(options: BuildOptions = {}): Built {
    return buildProbe(this.#kit, this.probe, this.witness, options);
  }

  /** Whether that message's effect is there by now. */
  shows(built: Built, since = 0): boolean {
    return this.witness.messages.slice(since).some((message) => this.#isEffect(message, built));
  }

  /** Waits for its effect. */
  async seen(built: Built, since = 0, withinMs: number = this.#kit.patienceMs): Promise<boolean> {
    await this.witness.until(() => this.shows(built, since) || this.witness.ending !== null, withinMs);
    return this.shows(built, since);
  }

  /** The control: the message as it is has its effect. Fails with the level of the messages. */
  async control(what: string): Promise<void> {
    const built = this.build();
    const since = this.witness.messages.length;
    await this.sender.send(built.text);
    if (await this.seen(built, since)) return;
    throw new Failed(`${what} has its effect (${this.probe.effect.type})`, this.witness.describe(), {
      reason: 'control-refused',
      level: this.probe.level,
    });
  }

  /**
   * Sends something that must have no effect and says whether it had one. What was sent before is acted on before what is sent
   * after, so a plain message is sent behind it: either that shows, or the connection has ended.
   */
  async hasEffect(built: Built, send: (sender: Connection) => Promise<void>): Promise<boolean> {
    const { sender, witness } = this;
    const since = witness.messages.length;
    await send(sender);
    const after = this.build();
    await sender.send(after.text);
    await Promise.race([
      sender.ended(),
      witness.until(() => witness.ending !== null || this.shows(after, since), this.#kit.patienceMs),
    ]);
    if (witness !== sender) await this.#kit.fence([witness]);
    const effects = () => witness.messages.slice(since).filter(({ key }) => key === this.probe.effect.key);
    const marked =
      this.#isTold(built) && effects().every((effect) => !this.probe.direct || this.#answered(effect) !== undefined);
    if (marked) return this.shows(built, since);
    // Messages with nothing of their own in them can only be counted, one of them being the plain message's.
    await sender.ended(Math.max(shortestWaitMs, 3 * this.#kit.clock.delivery.max));
    return effects().length > (sender.ending === null ? 1 : 0);
  }

  /** Whether its effect is told apart from that of another such message. */
  #isTold(built: Built): boolean {
    const correlation = this.probe.message.reply?.correlation ?? null;
    return this.probe.direct ? correlation !== null && built.id !== null : built.marker !== null;
  }

  #isEffect(message: Received, built: Built): boolean {
    if (message.key !== this.probe.effect.key) return false;
    // A server that sends back what it gets has not acted on it; one that relays it to others has.
    if (this.probe.direct && message.text === built.text) return false;
    if (!this.#isTold(built)) return true;
    if (!this.probe.direct) return message.text.includes(built.marker ?? '');
    // An answer that carries no id is another rule's matter.
    const id = this.#answered(message);
    return id === undefined || id === built.id;
  }

  /** The id of the request that an answer carries. */
  #answered(message: Received): unknown {
    return valueAt(message.value, this.probe.message.reply?.correlation?.reply ?? '');
  }
}

/** The contract alone decides: chosen once for all cases of a channel. */
const chosen = new WeakMap<Channel, Probe | null>();

export function theProbe(kit: Kit): Probe {
  let probe = chosen.get(kit.channel);
  if (probe === undefined) {
    probe = probesOf(kit.channel, (message) => kit.message(message.key).marker !== null)[0] ?? null;
    chosen.set(kit.channel, probe);
  }
  if (probe === null) throw new NotTestable('No client message of the channel has an effect that can be seen.', []);
  return probe;
}

export function buildProbe(kit: Kit, probe: Probe, witness: Connection, options: BuildOptions = {}): Built {
  const address = probe.user === null || witness.user === null ? {} : { [probe.user]: witness.user.id };
  return kit.message(probe.message.key, { ...options, with: { ...address, ...options.with } });
}
