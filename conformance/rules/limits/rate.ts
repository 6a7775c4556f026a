// The rate limit: what is within it is taken, what is beyond is dropped and answered, too many in a row end the connection, and no other connection pays for it.
import type { Channel } from '../../../scripts/model.ts';
import { type Connection, describeEnding } from '../../harness/connection.ts';
import type { Built } from '../../harness/messages.ts';
import { valueAt } from '../../harness/pointer.ts';
import { buildProbe, type Probe, Probing, theProbe } from '../../harness/probe.ts';
import type { Kit } from '../../kit.ts';
import { type Case, Failed, Inconclusive, type Rule } from '../../rule.ts';
import { type Bucket, longestRow, mostTaken, refillMs } from './bucket.ts';

type RateRow = NonNullable<Channel['limits']['rate']>;

/** Those that must outrun a scaled limit have the server to themselves. */
function rateRule(
  record: Pick<Rule, 'id' | 'sentence'> & { readonly alone?: boolean },
  run: (kit: Kit, row: RateRow, bucket: Bucket) => Promise<void>,
): Rule {
  return {
    id: record.id,
    sentence: record.sentence,
    level: 'MUST',
    role: 'server',
    cases(_contract, channel) {
      const row = channel.limits.rate;
      if (row === null) return [];
      const one: Case = {
        channel: channel.name,
        level: row.level,
        source: row.source,
        lane: record.alone ? 'exclusive' : 'quiet',
        needs: { users: 1 },
        timeoutMs: refillMs(row) * 4 + 10_000,
        run: (kit) => run(kit, row, { burst: row.burst, perSecond: kit.clock.scaledRate(row.perSecond) }),
      };
      return [one];
    },
  };
}

/** For an answer too many to come. */
const settleMs = 100;

/** Over the limit, but by fewer than end the connection. */
function overBy(row: RateRow, bucket: Bucket): number {
  return Math.max(1, Math.min(row.strikes - 2, Math.floor(bucket.burst / 4)));
}

/** What came of messages sent at once: in order, whether each was answered by a refusal for its rate, and how many were taken. */
interface Outcome {
  readonly sent: number;
  readonly taken: number;
  /** Of the answers in order: a refusal for the rate. */
  readonly answers: readonly boolean[];
  readonly errors: number;
  /** From before the first was sent until the last answer came. */
  readonly elapsedMs: number;
}

/** A member whose bucket is full: what joining took of it has come back. */
async function member(kit: Kit, bucket: Bucket, name: string): Promise<Connection> {
  const connection = await kit.joined({ name });
  await kit.clock.sleep(Math.min(refillMs(bucket), (4000 / bucket.perSecond) * 4));
  connection.clearInbox();
  return connection;
}

/** The control: what comes back to its sender is counted below, and may be no more than an echo. */
async function expectRelayed(kit: Kit, probe: Probe): Promise<void> {
  const witness = await kit.joined({ name: 'witness' });
  const probing = await Probing.beside(kit, witness, probe);
  await probing.control('a message within the limit');
  for (const connection of [probing.sender, witness]) await connection.close();
}

/** Answers to these messages: their effects, and whatever errors came. */
function answersOf(kit: Kit, connection: Connection, probe: Probe, sent: readonly Built[], since: number) {
  const error = kit.channel.error?.message;
  const isOwn = (text: string) => sent.some(({ marker }) => marker === null || text.includes(marker));
  return connection.messages
    .slice(since)
    .filter(({ key, text }) => (key === probe.effect.key ? isOwn(text) : key !== null && key === error));
}

async function sendAtOnce(kit: Kit, connection: Connection, probe: Probe, count: number): Promise<Outcome> {
  const since = connection.messages.length;
  const startedAt = kit.clock.now();
  const sent = Array.from({ length: count }, () => buildProbe(kit, probe, connection));
  await Promise.all(sent.map(({ text }) => connection.send(text)));
  const answers = () => answersOf(kit, connection, probe, sent, since);
  await connection.until(() => answers().length >= count || connection.ending !== null, kit.patienceMs);
  // One answer too many would come right behind the others.
  await connection.ended(settleMs);
  const seen = answers();
  const taken = seen.filter(({ key }) => key === probe.effect.key).length;
  return {
    sent: count,
    taken,
    answers: seen.map(({ key }) => key !== probe.effect.key),
    errors: seen.length - taken,
    elapsedMs: (seen.at(-1)?.at ?? kit.clock.now()) - startedAt,
  };
}

/** More than may be taken, however slow the server: in rounds, since its bucket fills while it works. */
async function exceed(kit: Kit, connection: Connection, probe: Probe, bucket: Bucket): Promise<Outcome> {
  let outcome = await sendAtOnce(kit, connection, probe, bucket.burst * 4);
  // What a server needs to begin with weighs less in many messages than in few.
  if (outcome.sent <= mostTaken(bucket, outcome.elapsedMs) && connection.ending === null) {
    outcome = await sendAtOnce(kit, connection, probe, bucket.burst * 16);
  }
  if (outcome.sent <= mostTaken(bucket, outcome.elapsedMs)) {
    throw new Inconclusive(
      'the server took longer for the messages than its scaled limit needs to let them all pass; a time scale nearer to 1 gives it longer',
    );
  }
  return outcome;
}

export const withinAccepted = rateRule(
  { id: 'limits/rate-within-accepted', sentence: 'As many messages at once as the burst allows are all taken.' },
  async (kit, _row, bucket) => {
    const probe = theProbe(kit);
    await expectRelayed(kit, probe);
    const connection = await member(kit, bucket, 'within');
    const outcome = await sendAtOnce(kit, connection, probe, bucket.burst);
    if (outcome.taken >= bucket.burst) return;
    throw new Failed(
      `${bucket.burst} messages at once are taken`,
      `${outcome.taken} are, ${outcome.errors} are refused`,
      {
        reason: 'refused',
      },
    );
  },
);

export const exceededDropped = rateRule(
  { alone: true, id: 'limits/rate-exceeded-dropped', sentence: 'Messages beyond the rate limit have no effect.' },
  async (kit, row, bucket) => {
    const probe = theProbe(kit);
    const connection = await member(kit, bucket, 'fast');
    // First by fewer than end the connection: each message is either taken or refused, none is both.
    const few = await sendAtOnce(kit, connection, probe, bucket.burst + overBy(row, bucket));
    const answers = few.taken + few.errors;
    if (few.taken === 0) {
      throw new Failed('messages within the limit are taken', connection.describe(), { reason: 'control-refused' });
    }
    if (answers > few.sent) {
      throw new Failed(`${few.sent} messages are taken or refused`, `there are ${answers} answers: some are both`, {
        reason: 'processed',
      });
    }
    const other = await member(kit, bucket, 'faster');
    const outcome = await exceed(kit, other, probe, bucket);
    const most = mostTaken(bucket, outcome.elapsedMs);
    if (outcome.taken <= most) return;
    throw new Failed(`at most ${most} of ${outcome.sent} messages sent at once are taken`, `${outcome.taken} are`, {
      reason: 'processed',
    });
  },
);

export const exceededAnswered = rateRule(
  {
    alone: true,
    id: 'limits/rate-exceeded-answered',
    sentence: 'A message beyond the rate limit is answered with the error that says so.',
  },
  async (kit, _row, bucket) => {
    const report = kit.channel.error;
    const code = report?.codes.find((one) => one.when === 'rate-limited')?.code;
    if (report == null || report.code === null || code === undefined) return;
    const probe = theProbe(kit);
    const connection = await member(kit, bucket, 'fast');
    const since = connection.messages.length;
    await exceed(kit, connection, probe, bucket);
    const errors = connection.messages.slice(since).filter(({ key }) => key === report.message);
    const first = errors[0];
    const expected = `an error ${code} for what is beyond the limit`;
    if (first === undefined) throw new Failed(expected, connection.describe(), { reason: 'missing' });
    const wrong = errors.find(({ value }) => valueAt(value, report.code ?? '') !== code);
    if (wrong !== undefined) throw new Failed(expected, wrong.text, { reason: 'wrong-error' });
  },
);

export const strikesClose = rateRule(
  {
    alone: true,
    id: 'limits/rate-strikes-close',
    sentence:
      'So many messages in a row beyond the limit as the contract says end the connection, with its code, and fewer do not.',
  },
  async (kit, row, bucket) => {
    const probe = theProbe(kit);
    const connection = await member(kit, bucket, 'relentless');
    let outcome: Outcome | null = null;
    let refused = 0;
    let surplus = 0;
    for (let round = 0; round < 5 && connection.ending === null; round += 1) {
      outcome = await sendAtOnce(kit, connection, probe, bucket.burst * 4);
      refused = Math.max(refused, longestRow(outcome.answers));
      surplus = Math.max(surplus, outcome.taken - mostTaken(bucket, outcome.elapsedMs));
      if (refused >= row.strikes) break;
    }
    const ending = await connection.ended();
    if (ending === null) {
      // One that takes more than a bucket can hold has no limit to speak of.
      if (surplus > 0) {
        throw new Failed(
          `closed with ${row.code} after ${row.strikes} beyond the limit in a row`,
          `${surplus} are taken`,
          {
            reason: 'no-limit',
          },
        );
      }
      // Where its bucket fills faster than it works, no such row comes about.
      if (refused < row.strikes) {
        throw new Inconclusive(
          `no more than ${refused} messages in a row were refused: the scaled limit refills faster than the server works; a time scale nearer to 1 slows it`,
        );
      }
      throw new Failed(`closed with ${row.code} after ${row.strikes} in a row`, `open after ${refused}`, {
        reason: 'never',
      });
    }
    if (ending.code !== row.code) {
      throw new Failed(`closed with ${row.code}`, describeEnding(ending), { reason: 'wrong-code' });
    }
    // The last one may be answered by the close alone.
    if (outcome !== null && kit.channel.error !== null && refused < row.strikes - 1) {
      throw new Failed(`closed at the ${row.strikes}th in a row`, `closed after ${refused}`, { reason: 'too-early' });
    }
  },
);

export const recovers = rateRule(
  {
    id: 'limits/rate-recovers',
    sentence: 'A connection that was over the limit is served again when it has kept still for a while.',
  },
  async (kit, row, bucket) => {
    const probe = theProbe(kit);
    await expectRelayed(kit, probe);
    const connection = await member(kit, bucket, 'repentant');
    await sendAtOnce(kit, connection, probe, bucket.burst + overBy(row, bucket));
    await kit.clock.sleep(refillMs(bucket) + 50);
    const again = await sendAtOnce(kit, connection, probe, 3);
    if (again.taken >= 3) return;
    throw new Failed('3 messages after a rest are taken', `${again.taken} are: ${connection.describe()}`, {
      reason: 'refused',
    });
  },
);

export const perConnection = rateRule(
  {
    id: 'limits/rate-per-connection',
    sentence: 'The limit is one of a connection: another one of the same user is served meanwhile.',
  },
  async (kit, row, bucket) => {
    const probe = theProbe(kit);
    await expectRelayed(kit, probe);
    const fast = await member(kit, bucket, 'fast');
    const calm = await member(kit, bucket, 'calm');
    const outcomes = await Promise.all([
      sendAtOnce(kit, fast, probe, bucket.burst + overBy(row, bucket)),
      sendAtOnce(kit, calm, probe, bucket.burst),
    ]);
    // Which of the two a shared limit strikes is luck.
    const taken = outcomes.map((outcome) => outcome.taken);
    if (taken.every((count) => count >= bucket.burst)) return;
    throw new Failed(`${bucket.burst} messages of each of two connections are taken`, `${taken.join(' and ')} are`, {
      reason: 'refused',
    });
  },
);

export const countsInvalid = rateRule(
  { alone: true, id: 'limits/rate-counts-invalid', sentence: 'Invalid messages count towards the rate limit too.' },
  async (kit, _row, bucket) => {
    const report = kit.channel.error;
    const code = report?.codes.find((one) => one.when === 'rate-limited')?.code;
    if (report == null || report.code === null || code === undefined) return;
    const at = report.code;
    const connection = await member(kit, bucket, 'babbling');
    const since = connection.messages.length;
    const startedAt = kit.clock.now();
    const count = bucket.burst * 4;
    await Promise.all(Array.from({ length: count }, () => connection.send('not json')));
    const errors = () => connection.messages.slice(since).filter(({ key }) => key === report.message);
    await connection.until(() => errors().length >= count || connection.ending !== null, kit.patienceMs);
    const elapsedMs = (errors().at(-1)?.at ?? kit.clock.now()) - startedAt;
    const other = errors().filter(({ value }) => valueAt(value, at) !== code).length;
    const most = mostTaken(bucket, elapsedMs);
    if (errors().length > 0 && other <= most) {
      if (other < errors().length || connection.ending !== null) return;
      if (count <= most) {
        throw new Inconclusive('the scaled limit lets them all pass; a time scale nearer to 1 lets fewer');
      }
    }
    throw new Failed(`${code} for all but ${most} of ${count} invalid messages at once`, connection.describe(), {
      reason: 'not-counted',
    });
  },
);
