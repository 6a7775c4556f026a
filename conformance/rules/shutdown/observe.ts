// One shutdown of the server, watched from outside: who was told what, what became of messages under way, who still got in, and when the process ended.
import type { Channel } from '../../../scripts/model.ts';
import type { Attempt, Connection } from '../../harness/connection.ts';
import { buildProbe, type Probe, probesOf } from '../../harness/probe.ts';
import type { Kit } from '../../kit.ts';
import type { TraceFrame } from '../../result.ts';

export interface Observed {
  /** Those that read, and answer the close. */
  readonly members: readonly Connection[];
  /** Presence messages that came after the server was asked to end. */
  readonly presence: readonly string[];
  /** Whether the coming of others was told at all. */
  readonly isPresenceTold: boolean;
  /** Broadcasts that the server had accepted before, and how many of them came; null: the channel has none. */
  readonly accepted: { readonly sent: number; readonly came: number; readonly probe: Probe } | null;
  /** Attempts to connect after the first sign of the shutdown. */
  readonly attempts: readonly Attempt[];
  readonly isProcess: boolean;
  /** {@link Clock.now} when it was told to end, and when the process had ended; null: it did not in time. */
  readonly askedAt: number;
  readonly exitedAt: number | null;
  readonly frames: readonly TraceFrame[];
}

/** By channel: what was seen there, or why nothing could be. */
export type Shutdowns = ReadonlyMap<string, Observed | Error>;

/** Below any burst that a contract may allow. */
const mostMessages = 12;
/** Beyond the contract's time before the process is given up. */
const graceMs = 4000;

/** Until the server must have ended, as the target runs it, ms. */
export function withinOf({ clock }: Kit, { name, limits }: Channel): number {
  return clock.scaled(limits.shutdown?.withinMs ?? 0, 'shutdown.withinMs', name);
}

/** One shutdown for all channels: starting a server takes longer than watching it end. */
export async function observeShutdown(kit: Kit): Promise<Shutdowns> {
  const errors = new Map<string, Error>();
  const watches: Watch[] = [];
  const channels = kit.contract.channels.filter(({ limits }) => limits.shutdown !== null);
  for (const channel of channels) {
    try {
      const own = channel.name === kit.channel.name ? kit : await kit.beside(channel, { users: 2 });
      watches.push(await Watch.open(own));
    } catch (error) {
      errors.set(channel.name, error instanceof Error ? error : new Error(String(error)));
    }
  }
  // Somebody never answers the close: it keeps a server that waits for it from ending at once.
  if (watches[0] !== undefined) (await watches[0].kit.joined({ name: 'not answering' })).pauseReading();
  for (const watch of watches) await watch.settle();
  await Promise.all(watches.map((watch) => watch.sendAccepted()));
  const server = await kit.shutdown();
  const limitMs = graceMs + Math.max(...channels.map((channel) => withinOf(kit, channel)));
  const [exitedAt] = await Promise.all([
    server.exited(limitMs),
    ...watches.map((watch) => watch.end(server.isProcess, limitMs)),
  ]);
  const ended = { isProcess: server.isProcess, askedAt: server.at, exitedAt };
  const seen = watches.map((watch) => [watch.kit.channel.name, { ...watch.seen(), ...ended }] as const);
  return new Map<string, Observed | Error>([...errors, ...seen]);
}

/** The members of one channel while the server ends. */
class Watch {
  readonly kit: Kit;
  readonly #members: readonly Connection[];
  /** The one that every broadcast of the sender must reach. */
  readonly #witness: Connection;
  readonly #probe: Probe | null;
  readonly #isPresenceTold: boolean;
  #before: readonly number[] = [];
  #marks: readonly string[] = [];
  #attempts: readonly Attempt[] = [];

  static async open(kit: Kit): Promise<Watch> {
    const [first, second] = kit.users;
    if (first === undefined || second === undefined) throw new Error('two users were asked for');
    const peer = await kit.joined({ name: 'peer', user: first });
    const sender = await kit.joined({ name: 'sender', user: second });
    const tab = await kit.joined({ name: "sender's other tab", user: second });
    await kit.fence([peer, sender, tab]);
    return new Watch(kit, [sender, peer, tab]);
  }

  private constructor(kit: Kit, members: readonly [Connection, Connection, Connection]) {
    const [, peer, tab] = members;
    const probes = probesOf(kit.channel, (message) => kit.message(message.key).marker !== null);
    this.kit = kit;
    this.#members = members;
    this.#probe = probes.find((probe) => !probe.direct) ?? null;
    this.#witness = this.#probe?.user == null ? peer : tab;
    this.#isPresenceTold = this.#presenceOf(peer, 0).length > 0;
  }

  /** What was sent so far is over: from now on it counts. */
  async settle(): Promise<void> {
    await this.kit.fence(this.#members);
    this.#before = this.#members.map((member) => member.messages.length);
  }

  /** Sent in a row; as soon as the sender has its own last one back, all of them were accepted. */
  async sendAccepted(): Promise<void> {
    const probe = this.#probe;
    const [sender] = this.#members;
    if (probe === null || sender === undefined) return;
    const most = this.kit.channel.limits.rate?.burst ?? mostMessages;
    const count = Math.min(mostMessages, Math.max(1, most >> 1));
    const built = Array.from({ length: count }, () => buildProbe(this.kit, probe, this.#witness));
    await Promise.all(built.map((one) => sender.send(one.text)));
    this.#marks = built.flatMap((one) => one.marker ?? []);
    const last = this.#marks.at(-1) ?? '';
    await sender.until(() => sender.messages.some(({ text }) => text.includes(last)), this.kit.patienceMs);
  }

  /** Tries to get in from the first sign of the shutdown on: before it, a server may rightly not know of it yet. */
  async end(isProcess: boolean, limitMs: number): Promise<void> {
    const sign = await Promise.race(this.#members.map((member) => member.ended(limitMs)));
    const attempts: Attempt[] = [];
    while (isProcess && sign !== null && attempts.length < 3) {
      attempts.push(await this.kit.attempt({ name: 'newcomer' }));
    }
    this.#attempts = attempts;
    await Promise.all(this.#members.map((member) => member.ended()));
  }

  seen(): Omit<Observed, 'isProcess' | 'askedAt' | 'exitedAt'> {
    const told = this.#members.flatMap((member, index) => this.#presenceOf(member, this.#before[index] ?? 0));
    const texts = this.#witness.messages.filter(({ key }) => key === this.#probe?.effect.key).map(({ text }) => text);
    const came = this.#marks.filter((mark) => texts.some((text) => text.includes(mark))).length;
    return {
      members: this.#members,
      presence: told,
      isPresenceTold: this.#isPresenceTold,
      accepted: this.#probe === null ? null : { sent: this.#marks.length, came, probe: this.#probe },
      attempts: this.#attempts,
      frames: this.kit.frames(),
    };
  }

  #presenceOf(member: Connection, from: number): readonly string[] {
    const keys = presenceKeys(this.kit.channel);
    const told = member.messages.slice(from).filter(({ key }) => key !== null && keys.includes(key));
    return told.map(({ text }) => text);
  }
}

function presenceKeys(channel: Channel): readonly string[] {
  const presence = channel.room?.presence ?? null;
  return presence === null ? [] : [presence.joined.message, presence.left.message];
}
