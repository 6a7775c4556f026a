// Rules about what a browser tells a page: offline, online, hidden, visible. None of it ends a connection that is alive.
import type { ClientKit } from '../client/client-kit.ts';
import type { ClientUnderTest } from '../client/client-under-test.ts';
import { Failed } from '../rule.ts';
import { type ClientRule, caseAt } from './client-rule.ts';
import { delayBefore, delaysUntil, levelOf } from './levels.ts';
import { attemptOf, cut, waitsForAttempt } from './losing.ts';

/** Attempts that fail before the wait that is looked at, so that it is long. */
const failures = 3;

/** A client in a long wait. */
async function waiting(kit: ClientKit, pauseWhenHidden = false): Promise<ClientUnderTest> {
  const row = kit.channel.reconnect!;
  const { client, connection } = await kit.connected({ pauseWhenHidden });
  // Nothing new to a page that is online: an adapter that cannot pretend anything says so now, before the client is blamed.
  await client.environment('online');
  client.stage.admit = (index) => (index <= failures ? { do: 'status', status: 503 } : { do: 'accept' });
  cut(kit, connection);
  for (let n = 1; n <= failures; n += 1)
    await attemptOf(kit, client, n, kit.scaled(delayBefore(row, n)) * 6 + kit.patienceMs);
  await waitsForAttempt(kit, client);
  return client;
}

async function attemptAtOnce(kit: ClientKit, client: ClientUnderTest, from: number): Promise<void> {
  await kit.until(() => client.stage.attempts.length > failures + 1, kit.patienceMs);
  const seenAt = client.stage.attempts[failures + 1]?.at ?? null;
  kit.checkTiming({ what: 'an attempt', from, seenAt, earliestMs: 0, latestMs: 20 });
}

function whereReconnecting(
  level: (row: NonNullable<ClientKit['channel']['reconnect']>) => 'MUST' | 'SHOULD',
  run: (kit: ClientKit) => Promise<void>,
): ClientRule['cases'] {
  return (_contract, channel) => {
    const row = channel.reconnect;
    if (row === null) return [];
    const timeoutMs = delaysUntil(row, failures + 1) * 2 + row.offlineRetryMs * 3;
    return [caseAt(channel, row, level(row), { stretch: 3, timeoutMs, run })];
  };
}

const onlineTriesAtOnce: ClientRule = {
  id: 'reconnect/online-tries-at-once',
  role: 'client',
  level: 'MUST',
  sentence: 'When the browser says online, a client that waits makes one attempt at once.',
  cases: whereReconnecting(
    (row) => row.level,
    async (kit) => {
      const client = await waiting(kit);
      await client.environment('offline');
      await client.environment('online');
      await attemptAtOnce(kit, client, kit.clock.now());
    },
  ),
};

const offlineRetries: ClientRule = {
  id: 'reconnect/offline-goes-on',
  role: 'client',
  level: 'MUST',
  sentence:
    'While the browser says offline, attempts go on at the interval that the contract gives, since browsers can be wrong.',
  cases: (contract, channel) =>
    whereReconnecting(
      (row) => levelOf(row, 'offlineRetryMs'),
      async (kit) => {
        const row = kit.channel.reconnect!;
        const client = await waiting(kit);
        client.stage.admit = () => ({ do: 'status', status: 503 });
        await client.environment('offline');
        let from = kit.clock.now();
        const retryMs = kit.scaled(row.offlineRetryMs);
        for (let n = failures + 1; n <= failures + 2; n += 1) {
          await kit.until(() => client.stage.attempts.length > n, retryMs * 2 + kit.patienceMs);
          const seenAt = client.stage.attempts[n]?.at ?? null;
          kit.checkTiming({ what: 'an attempt while offline', from, seenAt, earliestMs: retryMs, latestMs: retryMs });
          from = seenAt ?? from;
        }
      },
    )(contract, channel).map((one) => ({ ...one, stretch: 1 })),
};

const offlineKeepsConnection: ClientRule = {
  id: 'reconnect/offline-keeps-connection',
  role: 'client',
  level: 'MUST',
  sentence: 'When the browser says offline, an open connection is not dropped.',
  cases: whereReconnecting(
    (row) => row.level,
    async (kit) => {
      const { client, connection } = await kit.ready();
      await client.environment('offline');
      await client.fence();
      await kit.clock.sleep(300);
      if (connection.ending !== null || client.stage.attempts.length > 1)
        throw new Failed('the connection to stay open', 'it was dropped', { reason: 'dropped' });
      await client.environment('online');
    },
  ),
};

const offlineProbes: ClientRule = {
  id: 'reconnect/offline-probes',
  role: 'client',
  level: 'MUST',
  sentence: 'When the browser says offline, an open connection is probed by the heartbeat of the client.',
  cases: (_contract, channel) => {
    const beat = channel.heartbeats.find(({ initiator, kind }) => initiator === 'client' && kind === 'message');
    if (channel.reconnect === null || beat === undefined) return [];
    return [
      caseAt(channel, channel.reconnect, levelOf(beat), {
        async run(kit) {
          const { client, connection } = await kit.ready();
          const before = connection.messages.length;
          await client.environment('offline');
          const isPing = () => connection.messages.slice(before).some(({ key }) => key === beat.ping);
          if (!(await kit.until(isPing, kit.scaled(beat.intervalMs) * 0.5)))
            throw new Failed(`a ${beat.ping} at once`, 'none', { reason: 'no-probe' });
        },
      }),
    ];
  },
};

const shownProbes: ClientRule = {
  id: 'reconnect/shown-probes',
  role: 'client',
  level: 'SHOULD',
  sentence: 'When a page is shown again, an open connection is probed by the heartbeat of the client, and not dropped.',
  cases: (_contract, channel) => {
    const beat = channel.heartbeats.find(({ initiator, kind }) => initiator === 'client' && kind === 'message');
    if (channel.reconnect === null || beat === undefined) return [];
    return [
      caseAt(channel, channel.reconnect, 'SHOULD', {
        async run(kit) {
          const { client, connection } = await kit.ready();
          await client.environment('hidden');
          await client.fence();
          const before = connection.messages.length;
          await client.environment('visible');
          const isPing = () => connection.messages.slice(before).some(({ key }) => key === beat.ping);
          if (!(await kit.until(isPing, kit.scaled(beat.intervalMs) * 0.5)))
            throw new Failed(`a ${beat.ping} at once`, 'none', { reason: 'no-probe' });
          if (connection.ending !== null || client.stage.attempts.length > 1)
            throw new Failed('the connection to stay open', 'it was dropped', { reason: 'dropped' });
        },
      }),
    ];
  },
};

const hiddenPauses: ClientRule = {
  id: 'reconnect/hidden-pauses',
  role: 'client',
  level: 'SHOULD',
  sentence: 'With pauseWhenHidden, a hidden page makes no attempts; shown again, it makes one at once.',
  cases: whereReconnecting(
    () => 'SHOULD',
    async (kit) => {
      const client = await waiting(kit, true);
      await client.environment('hidden');
      await client.fence();
      const before = client.stage.attempts.length;
      const waitMs = kit.scaled(delayBefore(kit.channel.reconnect!, failures + 1));
      if (await kit.until(() => client.stage.attempts.length > before, waitMs * 1.3 + 200))
        throw new Failed('no attempt while the page is hidden', 'one', { reason: 'not-paused' });
      await client.environment('visible');
      await attemptAtOnce(kit, client, kit.clock.now());
    },
  ),
};

export const environmentRules: readonly ClientRule[] = [
  onlineTriesAtOnce,
  offlineRetries,
  offlineKeepsConnection,
  offlineProbes,
  shownProbes,
  hiddenPauses,
];
