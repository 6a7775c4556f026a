// A client that does not read: the server does not hoard for it without end, and nobody else is slowed.
import type { Channel, Contract } from '../../../scripts/model.ts';
import { type Connection, describeEnding, type Ending } from '../../harness/connection.ts';
import { MessageBuilder } from '../../harness/messages.ts';
import { buildProbe, type Probe, probesOf } from '../../harness/probe.ts';
import { Schemas } from '../../harness/schemas.ts';
import type { Kit } from '../../kit.ts';
import type { TraceFrame } from '../../result.ts';
import { type Case, Failed, Inconclusive, lowest, NotTestable, type Rule } from '../../rule.ts';
import { durationsOf } from '../heartbeat/beats.ts';

type BacklogRow = NonNullable<Channel['limits']['backlog']>;

/** What the operating systems may hold on a loopback connection before the server has to: 4 MiB at its end; here little, since nothing is read. */
const kernelBytes = 6 * 1024 * 1024;
/** Bytes between two looks at whether they arrive: few enough for a heartbeat's answer not to wait long behind them. */
const batchBytes = 128 * 1024;
/** At a server that is farther away more is on its way at once, since each look takes as long as it is away. */
const nearMs = 20;
const mostCharacters = 4096;

interface Flood {
  readonly sent: number;
  /** Messages that the reader did not get, and what it waited for them, ms. */
  readonly lost: number;
  readonly slowestMs: number;
  /** Bytes that the one who does not read should have got. */
  readonly bytes: number;
  /** What it found when it read again; null: it was still connected. */
  readonly ending: Ending | null;
  /** It did not read for so long that a heartbeat may have ended it. */
  readonly masked: boolean;
  readonly frames: readonly TraceFrame[];
}

/** A broadcast floods somebody who only listens; else a client floods itself with the answers that it does not read. */
function floodProbe(channel: Channel, builder: MessageBuilder): Probe | null {
  const probes = probesOf(channel, (message) => builder.build(message, {}, null).marker !== null);
  const carriesText = (probe: Probe) => builder.build(probe.message, {}, null).markerPointer !== null;
  const usable = probes.filter(carriesText);
  return usable.find((probe) => !probe.direct) ?? usable[0] ?? null;
}

/** The longest text that the message may carry: emoji, since each of them is four bytes of UTF-8. */
function longText(kit: Kit, probe: Probe, to: Connection): Readonly<Record<string, unknown>> {
  const { markerPointer } = buildProbe(kit, probe, to);
  if (markerPointer === null) throw new Error('the probe carries text');
  const most = kit.channel.limits.message?.bytes ?? Number.POSITIVE_INFINITY;
  for (let length = mostCharacters; length >= 1; length = Math.floor(length * 0.8)) {
    const text = { [markerPointer]: '😀'.repeat(length) };
    const built = buildProbe(kit, probe, to, { with: text });
    if (kit.schemaAccepts(built) && Buffer.byteLength(built.text) <= most) return text;
  }
  throw new NotTestable('No message of the channel carries text of any length.', []);
}

/** Messages of that kind that came from a position on, and what was only counted; each is looked at once, since there are thousands. */
function counting(connection: Connection, key: string, from: number, isSkimmed = true) {
  let next = from;
  const total = { count: 0, bytes: 0 };
  return () => {
    for (; next < connection.messages.length; next += 1) {
      const message = connection.messages[next];
      if (message?.key !== key) continue;
      total.count += 1;
      total.bytes += Buffer.byteLength(message.text);
    }
    const skimmed = isSkimmed ? connection.skimmed : { count: 0, bytes: 0 };
    return { count: total.count + skimmed.count, bytes: total.bytes + skimmed.bytes };
  };
}

/** Somebody who does not read either, in a room where nothing is said, and came first; null: there is no such room. */
async function asleepElsewhere(kit: Kit): Promise<Connection | null> {
  const [, elsewhere] = kit.rooms;
  return elsewhere === undefined ? null : await kit.joined({ name: 'asleep elsewhere', room: elsewhere });
}

/** Whether it has outlived every heartbeat: then none of them ended whoever came after it. */
async function isStillServed(kit: Kit, asleep: Connection | null): Promise<boolean> {
  if (asleep === null) return false;
  const before = asleep.pongs.length;
  asleep.resumeReading();
  await asleep.ping('awake');
  return await asleep.until(() => asleep.pongs.length > before, kit.patienceMs);
}

/** Somebody does not read until more is on its way than anybody may hold, while somebody else does. */
async function flood(kit: Kit, row: BacklogRow, probe: Probe): Promise<Flood> {
  const { clock } = kit;
  const rate = kit.channel.limits.rate;
  const asleep = await asleepElsewhere(kit);
  const stuck = await kit.joined({ name: 'not reading' });
  const reader = await kit.joined({ name: 'reader' });
  const senders = probe.direct ? [stuck] : [];
  for (let count = 0; !probe.direct && count < (rate === null ? 1 : 4); count += 1) {
    senders.push(await kit.joined({ name: `sender ${count + 1}` }));
  }
  await kit.quiesce([stuck, reader]);
  const text = longText(kit, probe, stuck);
  const size = Buffer.byteLength(buildProbe(kit, probe, stuck, { with: text }).text);
  // No more at once than the rate lets through, what joining took of it included.
  const most = rate === null ? Number.POSITIVE_INFINITY : senders.length * Math.max(1, Math.floor(rate.burst / 2));
  const away = Math.max(1, clock.usualLatencyMs / nearMs);
  // Half of what may wait for a client: whoever reads is not behind.
  const bytesAtOnce = Math.min(batchBytes * away, Math.max(batchBytes, row.bytes / 2));
  let batch = Math.min(most, Math.max(4, Math.floor(bytesAtOnce / size)));
  let pauseMs = rate === null ? 0 : (batch / senders.length / clock.scaledRate(rate.perSecond)) * 1000;
  // A broadcast carries the text, and whatever else it carries is shorter.
  for (const one of [stuck, reader, ...senders]) one.skim(Math.max(512, size * 0.75));
  const arrived = counting(reader, probe.effect.key, reader.messages.length);
  // What a server refuses, since its own limit on the rate is tighter, is not what its members wait for in vain.
  const answers = senders.map((one) => counting(one, kit.channel.error?.message ?? '', one.messages.length, false));
  const refused = () => answers.reduce((sum, count) => sum + count().count, 0);
  stuck.pauseReading();
  asleep?.pauseReading();
  let [sent, bytes, slowestMs, lost] = [0, 0, 0, 0];
  while (bytes < kernelBytes + row.bytes * 2 && lost === 0 && !stuck.isGone) {
    const at = clock.now();
    const texts = Array.from({ length: batch }, () => buildProbe(kit, probe, stuck, { with: text }).text);
    const writes = texts.map((one, index) => senders[index % senders.length]?.send(one));
    sent += batch;
    if (probe.direct) {
      // What is answered is not read: its writes end when the server stops taking more, or cuts it off.
      bytes += texts.reduce((sum, one) => sum + Buffer.byteLength(one), 0);
      lost = (await kit.roundTrip(reader)) ? 0 : 1;
      await Promise.race([Promise.all(writes), clock.sleep(kit.patienceMs)]);
    } else {
      const before = refused();
      await reader.until(() => arrived().count + refused() >= sent || reader.ending !== null, kit.patienceMs);
      lost = Math.max(0, sent - arrived().count - refused());
      bytes = arrived().bytes;
      if (refused() > before) [batch, pauseMs] = [Math.max(1, Math.floor(batch / 2)), pauseMs * 1.5];
    }
    slowestMs = Math.max(slowestMs, clock.now() - at);
    // Nothing is read, so only a write can show that the other end is gone.
    if (!probe.direct) await Promise.race([stuck.pong('still here'), clock.sleep(50)]);
    await asleep?.pong('still here');
    await clock.sleep(Math.max(0, pauseMs - (clock.now() - at)));
  }
  const until = clock.now();
  stuck.resumeReading();
  const ending = await stuck.ended(kit.patienceMs * 2);
  const beats = kit.channel.heartbeats.filter(({ initiator }) => initiator === 'server');
  const deadlines = beats.map((beat) => durationsOf(kit, beat)).map((one) => one.intervalMs + one.timeoutMs);
  const isLong = ending !== null && ending.code !== row.code && until - stuck.openedAt > Math.min(...deadlines);
  const masked = isLong && !(await isStillServed(kit, asleep));
  return { sent, lost, slowestMs, bytes, ending, masked, frames: kit.frames().slice(-100) };
}

/** A busy machine may be too slow for it once, and not the next time. */
async function unmaskedFlood(kit: Kit, row: BacklogRow, probe: Probe): Promise<Flood> {
  let seen = await flood(kit, row, probe);
  for (let again = 0; again < 2 && seen.masked; again += 1) seen = await flood(kit, row, probe);
  return seen;
}

function backlogRule(
  record: Pick<Rule, 'id' | 'sentence'> & { readonly rowLevel: boolean },
  judge: (flood: Flood, row: BacklogRow, probe: Probe) => void,
): Rule {
  return {
    id: record.id,
    sentence: record.sentence,
    level: 'MUST',
    role: 'server',
    cases(contract: Contract, channel: Channel) {
      const row = channel.limits.backlog;
      if (row === null) return [];
      const probe = floodProbe(channel, new MessageBuilder(channel, new Schemas(contract)));
      if (probe === null) return [];
      const one: Case = {
        channel: channel.name,
        level: record.rowLevel ? lowest('MUST', row.level) : 'MUST',
        source: row.source,
        lane: 'exclusive',
        needs: { users: 1, moreRooms: 1 },
        timeoutMs: 300_000,
        // Observed once: it takes some seconds, and both rules are about the same.
        run: async (kit) =>
          judge(await kit.once(`backlog ${channel.name}`, () => unmaskedFlood(kit, row, probe)), row, probe),
      };
      return [one];
    },
  };
}

function expectUnmasked(lost: number, masked: boolean): void {
  if (lost > 0) throw new Inconclusive('nobody else was served meanwhile: see limits/backlog-others-not-slowed');
  if (!masked) return;
  throw new Inconclusive(
    'the server took so long that a scaled heartbeat may have ended the connection in its place; a time scale nearer to 1, or longer times.heartbeat.*, gives it longer',
  );
}

export const backlogOthersServed = backlogRule(
  {
    id: 'limits/backlog-others-not-slowed',
    rowLevel: false,
    sentence: 'While one client does not read, the others get their messages as before.',
  },
  ({ lost, slowestMs, sent, frames }, _row, probe) => {
    if (lost === 0) return;
    const expected = `a member that reads gets all of ${sent} messages while another does not read`;
    throw new Failed(expected, `${lost} did not come within ${Math.round(slowestMs)} ms`, {
      reason: 'slowed',
      level: probe.level,
      frames,
    });
  },
);

export const backlogEnds = backlogRule(
  {
    id: 'limits/backlog-ends',
    rowLevel: true,
    sentence: 'A client that does not read is cut off when more than the allowed bytes wait for it.',
  },
  ({ ending, bytes, lost, masked, frames }) => {
    expectUnmasked(lost, masked);
    if (ending !== null) return;
    const held = `${Math.round(bytes / 1024)} KiB were sent to it unread, and it stays open`;
    throw new Failed('the connection is cut off', held, { reason: 'never', frames });
  },
);

export const backlogCode = backlogRule(
  {
    id: 'limits/backlog-code',
    rowLevel: true,
    sentence:
      'A client that is cut off because it does not read finds the close code of the contract, where it can still be sent.',
  },
  ({ ending, lost, masked, frames }, row) => {
    expectUnmasked(lost, masked);
    const expected = `closed with ${row.code}, or TCP cut: the close frame stands behind what was not read`;
    if (ending === null) throw new Failed(expected, 'it stays open', { reason: 'never', frames });
    if (ending.how !== 'close' || ending.code === row.code) return;
    throw new Failed(expected, describeEnding(ending), { reason: 'wrong-code', frames });
  },
);
