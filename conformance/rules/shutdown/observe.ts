// One shutdown of the server, watched from outside: who was told what, what became of messages under way, who still got in, and when the process ended.
import type { Channel, Contract } from '../../../scripts/model.ts';
import type { Attempt, Connection } from '../../harness/connection.ts';
import { MessageBuilder } from '../../harness/messages.ts';
import { buildProbe, type Probe, probesOf } from '../../harness/probe.ts';
import { Schemas } from '../../harness/schemas.ts';
import type { Kit } from '../../kit.ts';
import type { TraceFrame } from '../../result.ts';

export type ShutdownRow = NonNullable<Channel['limits']['shutdown']>;

export interface Observed {
  /** Those that read, and answer the close. */
  readonly members: readonly Connection[];
  /** Presence messages that came after the server was asked to end. */
  readonly presence: readonly string[];
  /** Whether the coming of others was told at all. */
  readonly isPresenceTold: boolean;
  /** Broadcasts that the server had accepted before, and how many of them came; null: the channel has none. */
  readonly accepted: {
    readonly sent: number;
    readonly came: number;
    readonly type: string;
    readonly probe: Probe;
  } | null;
  /** Attempts to connect between the first sign of the shutdown and the end of the process. */
  readonly attempts: readonly Attempt[];
  readonly isProcess: boolean;
  /** From the signal to the end of the process; null: it did not end in time. */
  readonly exitMs: number | null;
  readonly frames: readonly TraceFrame[];
}

/** Below any burst that a contract may allow. */
const mostMessages = 12;
/** Beyond the contract's time before the process is given up. */
const graceMs = 1500;

/** A broadcast that shows what was accepted: the sender gets it too, and then it was. */
export function broadcastOf(contract: Contract, channel: Channel): Probe | null {
  const builder = new MessageBuilder(channel, new Schemas(contract));
  const probes = probesOf(channel, (message) => builder.build(message, {}, null).marker !== null);
  return probes.find((probe) => !probe.direct) ?? null;
}

export async function observeShutdown(kit: Kit, row: ShutdownRow, probe: Probe | null): Promise<Observed> {
  const [first, second] = kit.users;
  if (first === undefined || second === undefined) throw new Error('two users were asked for');
  const peer = await kit.joined({ name: 'peer', user: first });
  const sender = await kit.joined({ name: 'sender', user: second });
  const tab = await kit.joined({ name: "sender's other tab", user: second });
  const members = [peer, sender, tab];
  await kit.fence(members);
  const presence = presenceKeys(kit.channel);
  const isPresenceTold = peer.messages.some(({ key }) => key !== null && presence.includes(key));
  const witness = probe?.user == null ? peer : tab;
  const [marks, from] = await sendAccepted(kit, sender, witness, probe);
  // Once in a run, somebody never answers the close: it keeps a server that waits for it from ending at once.
  const lingersOn = await kit.once('shutdown with a client that does not answer', async () => kit.channel.name);
  if (lingersOn === kit.channel.name) (await kit.joined({ name: 'not answering', user: first })).pauseReading();
  await kit.fence(members);
  const before = members.map((member) => member.messages.length);
  const server = await kit.shutdown();
  const limitMs = row.withinMs + graceMs;
  const [exitedAt, attempts] = await Promise.all([
    server.exited(limitMs),
    knock(kit, members, server.isProcess, limitMs),
  ]);
  await Promise.all(members.map((member) => member.ended()));
  const told = members.flatMap((member, index) =>
    member.messages.slice(before[index]).filter(({ key }) => key !== null && presence.includes(key)),
  );
  const texts = witness.messages.slice(from).filter(({ key }) => key === probe?.effect.key);
  const came = marks.filter((mark) => texts.some(({ text }) => text.includes(mark))).length;
  return {
    members,
    presence: told.map(({ text }) => text),
    isPresenceTold,
    accepted: probe === null ? null : { sent: marks.length, came, type: probe.effect.type, probe },
    attempts,
    isProcess: server.isProcess,
    exitMs: exitedAt === null ? null : exitedAt - server.at,
    frames: kit.frames(),
  };
}

function presenceKeys(channel: Channel): readonly string[] {
  const { presence } = channel.room ?? { presence: null };
  return presence === null ? [] : [presence.joined.message, presence.left.message];
}

/** Sent in a row; as soon as the sender has its own last one back, all of them were accepted. */
async function sendAccepted(
  kit: Kit,
  sender: Connection,
  witness: Connection,
  probe: Probe | null,
): Promise<[readonly string[], number]> {
  const from = witness.messages.length;
  if (probe === null) return [[], from];
  const count = Math.min(mostMessages, Math.max(1, (kit.channel.limits.rate?.burst ?? mostMessages) >> 1));
  const built = Array.from({ length: count }, () => buildProbe(kit, probe, witness));
  await Promise.all(built.map((one) => sender.send(one.text)));
  const last = built.at(-1)?.marker ?? '';
  await sender.until(() => sender.messages.some(({ text }) => text.includes(last)), kit.patienceMs);
  return [built.flatMap((one) => one.marker ?? []), from];
}

/** Tries to get in from the first sign of the shutdown on: before it, a server may rightly not know of it yet. */
async function knock(
  kit: Kit,
  members: readonly Connection[],
  isProcess: boolean,
  limitMs: number,
): Promise<readonly Attempt[]> {
  if (!isProcess) return [];
  const signs = members.map((member) => member.ended(limitMs));
  if ((await Promise.race(signs)) === null) return [];
  const attempts: Attempt[] = [];
  for (let count = 0; count < 3; count += 1) attempts.push(await kit.attempt({ name: 'newcomer' }));
  return attempts;
}
