// Rules about the time between attempts: the contract's schedule, its jitter, and the spread after a `slow` close.
import type { Channel, Reconnect } from '../../scripts/model.ts';
import type { ClientKit } from '../client/client-kit.ts';
import { Failed } from '../rule.ts';
import { type ClientRule, caseAt } from './client-rule.ts';
import { delayBefore, delaysUntil, levelOf, levelOfWait } from './levels.ts';
import { attemptOf, closeWith, codeFor } from './losing.ts';

/** Clients that fail side by side, and attempts of each that are measured. */
const sampleClients = 4;
const sampleAttempts = 12;
/** Shorter waits, ms, are lost in what a measurement may be off by. */
const measurableMs = 600;
/** A schedule whose last wait is shorter, unscaled, is stretched to it. */
const longEnoughMs = 12_000;

export interface Sample {
  readonly attempt: number;
  readonly from: number;
  readonly to: number;
  /** The longest that it may be, ms, scaled. */
  readonly mostMs: number;
}

function attemptsOf(row: Reconnect): number {
  return Math.min(row.attempts ?? sampleAttempts, sampleAttempts);
}

/** Every attempt is refused: the waits before each of the next ones. */
async function failAgainAndAgain(kit: ClientKit, row: Reconnect): Promise<readonly Sample[]> {
  const clients = await Promise.all(Array.from({ length: sampleClients }, () => kit.create()));
  const samples: Sample[] = [];
  const follow = async (client: (typeof clients)[number]) => {
    client.stage.admit = () => ({ do: 'status', status: 503 });
    await client.connect();
    for (let attempt = 1; attempt <= attemptsOf(row); attempt += 1) {
      const mostMs = kit.scaled(delayBefore(row, attempt));
      const after = await attemptOf(kit, client, attempt, mostMs * 1.5 + kit.patienceMs, levelOfWait(row, attempt));
      const before = client.stage.attempts[attempt - 1];
      if (before !== undefined) samples.push({ attempt, from: before.at, to: after.at, mostMs });
    }
  };
  await Promise.all(clients.map(follow));
  return samples;
}

function whereReconnecting(
  level: (row: Reconnect) => ReturnType<typeof levelOf>,
  run: (kit: ClientKit, row: Reconnect) => Promise<void>,
): ClientRule['cases'] {
  return (_contract, channel: Channel) => {
    const row = channel.reconnect;
    if (row === null) return [];
    const timeoutMs = delaysUntil(row, attemptsOf(row)) * 1.5;
    const stretch = Math.max(1, longEnoughMs / delayBefore(row, attemptsOf(row)));
    return [caseAt(channel, row, level(row), { timeoutMs, stretch, run: (kit) => run(kit, row) })];
  };
}

/** Told by what the later waits have more than the first: a busy machine makes all of them longer, and so hides waits that stay the same. */
export function hasGrown(samples: readonly Sample[]): boolean {
  const first = samples.filter(({ attempt }) => attempt === 1);
  const due = samples.reduce((sum, { mostMs }) => sum + mostMs - (first[0]?.mostMs ?? mostMs), 0);
  // A schedule that stays the same: with jitter, all of the first waits may be longer than the later ones are on average.
  if (due === 0) return true;
  const shortest = Math.min(...first.map(({ from, to }) => to - from));
  const grown = samples.reduce((sum, { from, to }) => sum + to - from - shortest, 0);
  return grown >= due * 0.3;
}

function meanOf(samples: readonly Sample[], attempt: number): number {
  const waits = samples.filter((sample) => sample.attempt === attempt).map(({ from, to }) => to - from);
  return Math.round(waits.reduce((sum, wait) => sum + wait, 0) / waits.length);
}

const backoffDelay: ClientRule = {
  id: 'reconnect/backoff-delay',
  role: 'client',
  level: 'MUST',
  sentence:
    'The waits between attempts grow as the contract says: none is longer, and together they are not much shorter.',
  cases: whereReconnecting(
    (row) => levelOf(row, 'initialMs', 'multiplier'),
    async (kit, row) => {
      const samples = await failAgainAndAgain(kit, row);
      for (const { attempt, from, to, mostMs } of samples) {
        kit.checkTiming(
          { what: `attempt ${attempt}`, from, seenAt: to, earliestMs: 0, latestMs: mostMs },
          levelOfWait(row, attempt),
        );
      }
      // However a client draws its waits, on average it does not come back in less than a third of the time.
      const waited = samples.reduce((sum, { from, to }) => sum + to - from, 0);
      const most = samples.reduce((sum, { mostMs }) => sum + mostMs, 0);
      if (waited >= most * 0.3 && hasGrown(samples)) return;
      throw new Failed(
        `${samples.length} waits that grow, of about ${Math.round(most * (1 - row.jitter / 2))} ms together`,
        `${Math.round(waited)} ms, ${meanOf(samples, 1)} ms before the first attempt and ${meanOf(samples, attemptsOf(row))} ms before the last`,
        { reason: 'too-early' },
      );
    },
  ),
};

const backoffJitter: ClientRule = {
  id: 'reconnect/backoff-jitter',
  role: 'client',
  level: 'SHOULD',
  sentence: 'Each wait is drawn anew between the shortest and the longest that the contract allows, also at the cap.',
  cases: whereReconnecting(
    (row) => levelOf(row, 'jitter'),
    async (kit, row) => {
      const samples = (await failAgainAndAgain(kit, row)).filter(({ mostMs }) => mostMs >= measurableMs / 6);
      for (const { attempt, from, to, mostMs } of samples) {
        const earliestMs = mostMs * (1 - row.jitter);
        kit.checkTiming({ what: `attempt ${attempt}`, from, seenAt: to, earliestMs, latestMs: mostMs });
      }
      const measured = samples.filter(({ mostMs }) => mostMs >= measurableMs);
      const shares = measured.map(({ from, to, mostMs }) => (to - from) / mostMs).sort((left, right) => left - right);
      if (row.jitter < 0.2 || shares.length < 6) return;
      // A busy machine makes waits longer, never shorter: the longest two do not count.
      const spread = (shares.at(-3) ?? 1) - (shares[0] ?? 1);
      if (spread >= row.jitter * 0.2) return;
      throw new Failed(
        `waits spread over ${Math.round((1 - row.jitter) * 100)} to 100 % of the longest`,
        `${shares.length} waits, all from ${percent(Math.min(...shares))} to ${percent(Math.max(...shares))}`,
        { reason: 'no-jitter' },
      );
    },
  ),
};

const percent = (share: number) => `${Math.round(share * 100)} %`;

/** Enough that so narrow a range among them is no chance. */
const spreadClients = 24;
const leastRange = 0.4;

const spreadAfterSlow: ClientRule = {
  id: 'reconnect/spread-after-slow',
  role: 'client',
  level: 'MUST',
  sentence:
    'After a close that asks for it, the first attempt is drawn from the whole spread, so that not all return at once.',
  cases: (_contract, channel) => {
    const row = channel.reconnect;
    const code = codeFor(channel, 'slow');
    if (row === null || code === null) return [];
    return [
      caseAt(channel, row, levelOf(row, 'spreadMs'), {
        stretch: 4,
        timeoutMs: row.spreadMs * 2,
        async run(kit) {
          const all = await Promise.all(Array.from({ length: spreadClients }, () => kit.ready()));
          const spreadMs = kit.scaled(row.spreadMs);
          const waits = await Promise.all(
            all.map(async ({ client, connection }) => {
              const from = closeWith(kit, connection, code.code);
              const { at } = await attemptOf(kit, client, 1, spreadMs + kit.patienceMs);
              kit.checkTiming({ what: 'the first attempt', from, seenAt: at, earliestMs: 0, latestMs: spreadMs });
              return at - from;
            }),
          );
          if (Math.max(...waits) - Math.min(...waits) >= spreadMs * leastRange) return;
          throw new Failed(
            `${waits.length} waits spread from 0 to ${Math.round(spreadMs)} ms`,
            `all from ${Math.round(Math.min(...waits))} to ${Math.round(Math.max(...waits))} ms`,
            { reason: 'no-spread' },
          );
        },
      }),
    ];
  },
};

export const backoffRules: readonly ClientRule[] = [backoffDelay, backoffJitter, spreadAfterSlow];
