// Rules about the count of attempts: when they are used up, and when the count begins anew.
import type { Channel, Reconnect } from '../../scripts/model.ts';
import type { ClientKit } from '../client/client-kit.ts';
import type { ClientUnderTest } from '../client/client-under-test.ts';
import { Failed } from '../rule.ts';
import { type ClientRule, caseAt } from './client-rule.ts';
import { delayBefore, delaysUntil, levelOf, levelOfWait } from './levels.ts';
import { attemptOf, closeWith, codeFor, cut } from './losing.ts';

/** Attempts after which a client without a limit has shown that it goes on. */
const enough = 12;

const attemptsUsedUp: ClientRule = {
  id: 'reconnect/attempts-used-up',
  role: 'client',
  level: 'MUST',
  sentence:
    'After a loss the client makes as many attempts as the contract allows, and then it is closed; without a limit it goes on.',
  cases: (_contract, channel) => {
    const row = channel.reconnect;
    if (row === null) return [];
    const limit = row.attempts ?? enough;
    return [
      caseAt(channel, row, levelOf(row, 'attempts'), {
        timeoutMs: delaysUntil(row, limit + 1) * 2,
        async run(kit) {
          const { client, connection } = await kit.connected();
          client.stage.admit = () => ({ do: 'status', status: 503 });
          cut(kit, connection);
          for (let n = 1; n <= limit; n += 1) {
            await attemptOf(
              kit,
              client,
              n,
              kit.scaled(delayBefore(row, n)) * 1.5 + kit.patienceMs,
              levelOfWait(row, n),
            );
          }
          if (row.attempts === null) return;
          const quietMs = kit.scaled(delayBefore(row, limit + 1)) * 1.2 + 200;
          if (await kit.until(() => client.stage.attempts.length > limit + 1, quietMs)) {
            throw new Failed(`${limit} attempts after the loss`, 'one more', { reason: 'too-many' });
          }
          await client.fence();
          if (client.state?.state !== 'closed' || client.state.reason !== 'attempts') {
            const said =
              client.state === null ? 'nothing' : `${client.state.state}, ${client.state.reason ?? 'no reason'}`;
            throw new Failed('the client to say closed, attempts', said, { reason: 'wrong-state' });
          }
        },
      }),
    ];
  },
};

/** The server accepts, and ends each connection `after` it; the waits before attempts 1 to n. */
async function flap(
  kit: ClientKit,
  row: Reconnect,
  attempts: number,
  end: (client: ClientUnderTest, index: number) => Promise<number>,
): Promise<readonly number[]> {
  const client = await kit.create();
  await client.connect();
  const waits: number[] = [];
  for (let n = 1; n <= attempts; n += 1) {
    await kit.opened(client, n - 1, kit.scaled(delayBefore(row, n)) * 1.5 + kit.patienceMs);
    const from = await end(client, n - 1);
    const next = await attemptOf(
      kit,
      client,
      n,
      kit.scaled(delayBefore(row, n)) * 1.5 + kit.patienceMs,
      levelOfWait(row, n),
    );
    waits.push(next.at - from);
  }
  return waits;
}

/** The waits of a client that counts on, and of one that begins anew, must be told apart. */
function grows(row: Reconnect): boolean {
  return row.multiplier > 1 && (row.attempts ?? flaps) >= flaps;
}

const flaps = 7;

function expectGrown(kit: ClientKit, row: Reconnect, waits: readonly number[]): void {
  const late = waits.slice(3);
  const sum = late.reduce((total, wait) => total + wait, 0);
  const most = kit.scaled(delaysUntil(row, waits.length) - delaysUntil(row, 3));
  // What a busy machine adds to every wait, the shortest of the first ones has too.
  const grown = sum - late.length * Math.min(...waits.slice(0, 3));
  const due = most - late.length * kit.scaled(delayBefore(row, 1));
  if (sum >= most * 0.25 && grown >= due * 0.2) return;
  throw new Failed(
    `waits before attempts 4 to ${waits.length} that have grown, ${Math.round(most * (1 - row.jitter))} to ${Math.round(most)} ms together`,
    `${late.map((wait) => Math.round(wait)).join(', ')} ms`,
    { reason: 'count-reset' },
  );
}

const noResetOnOpen: ClientRule = {
  id: 'reconnect/no-reset-on-open',
  role: 'client',
  level: 'MUST',
  sentence:
    'A server that accepts and closes at once is not hammered: an open connection alone does not reset the count.',
  cases: (_contract, channel: Channel) => {
    const row = channel.reconnect;
    const code = codeFor(channel, 'retry');
    if (row === null || code === null || !grows(row)) return [];
    return [
      caseAt(channel, row, row.level, {
        stretch: 3,
        timeoutMs: delaysUntil(row, flaps) * 2,
        async run(kit) {
          const client = await kit.create();
          client.responder.greets = false;
          // Every other one lasts for a moment: some clients take a connection for good a little after it opened.
          const momentMs = Math.min(100, kit.scaled(row.stableMs) / 4);
          client.stage.admit = (index) => ({ do: 'close', code: code.code, afterMs: index % 2 === 0 ? momentMs : 0 });
          await client.connect();
          for (let n = 1; n <= flaps; n += 1)
            await attemptOf(
              kit,
              client,
              n,
              kit.scaled(delayBefore(row, n)) * 1.5 + kit.patienceMs,
              levelOfWait(row, n),
            );
          const times = client.stage.attempts.map(({ at }) => at);
          expectGrown(
            kit,
            row,
            times.slice(1, flaps + 1).map((at, index) => at - (times[index] ?? at)),
          );
        },
      }),
    ];
  },
};

const noResetBeforeStable: ClientRule = {
  id: 'reconnect/no-reset-before-stable',
  role: 'client',
  level: 'SHOULD',
  sentence: 'A connection that was ready for less than the stability period does not reset the count.',
  cases: (_contract, channel) => {
    const row = channel.reconnect;
    const readyMs = Math.max(
      0,
      ...(channel.auth?.ready ?? []).map((ready) => (ready.on === 'open' ? ready.afterMs : 0)),
    );
    if (row === null || !grows(row) || readyMs >= row.stableMs) return [];
    return [
      caseAt(channel, row, levelOf(row, 'stableMs'), {
        stretch: 3,
        timeoutMs: delaysUntil(row, flaps) * 2 + flaps * readyMs,
        async run(kit) {
          const waits = await flap(kit, row, flaps, async (client, index) => {
            const connection = await kit.opened(client, index);
            await kit.becomesReady(client);
            return cut(kit, connection);
          });
          expectGrown(kit, row, waits);
        },
      }),
    ];
  },
};

const failures = 4;

const resetAfterStable: ClientRule = {
  id: 'reconnect/reset-after-stable',
  role: 'client',
  level: 'SHOULD',
  sentence: 'A connection that was ready for the stability period resets the count.',
  cases: (_contract, channel) => {
    const row = channel.reconnect;
    if (row === null || row.multiplier <= 1 || (row.attempts ?? failures + 1) <= failures) return [];
    return [
      caseAt(channel, row, levelOf(row, 'stableMs'), {
        stretch: 2,
        timeoutMs: delaysUntil(row, failures + 2) * 2 + row.stableMs * 2,
        async run(kit) {
          const { client, connection } = await kit.connected();
          client.stage.admit = (index) => (index <= failures ? { do: 'status', status: 503 } : { do: 'accept' });
          cut(kit, connection);
          const lostAt = kit.clock.now();
          for (let n = 1; n <= failures + 1; n += 1)
            await attemptOf(kit, client, n, kit.scaled(delayBefore(row, n)) * 6 + kit.patienceMs);
          const again = await kit.opened(client, 1);
          // Without waits that have grown there is nothing to reset.
          if (kit.clock.now() - lostAt < kit.scaled(delaysUntil(row, failures + 1)) * 0.25)
            throw new Failed('waits that grow before', `${Math.round(kit.clock.now() - lostAt)} ms`, {
              reason: 'no-waits',
            });
          await kit.becomesReady(client);
          await kit.clock.sleep(kit.scaled(row.stableMs) * 1.1 + 150);
          const from = closeWith(kit, again, codeFor(channel, 'retry')?.code ?? 1011);
          // A client whose waits are all too long has begun anew all the same: that they are is for other rules to judge.
          const ownFirstMs = (client.stage.attempts[1]?.at ?? lostAt) - lostAt;
          const latestMs = Math.max(kit.scaled(delayBefore(row, 1)), ownFirstMs * 2);
          const next = client.stage.attempts.length;
          await kit.until(() => client.stage.attempts.length > next, latestMs + kit.patienceMs);
          const seenAt = client.stage.attempts[next]?.at ?? null;
          kit.checkTiming({
            what: 'the first attempt after a stable connection',
            from,
            seenAt,
            earliestMs: 0,
            latestMs,
          });
        },
      }),
    ];
  },
};

export const attemptRules: readonly ClientRule[] = [
  attemptsUsedUp,
  noResetOnOpen,
  noResetBeforeStable,
  resetAfterStable,
];
