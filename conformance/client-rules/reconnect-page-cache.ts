// Rules about the back/forward cache: a page that is put away holds no connection, and comes back with a new one and all it missed.
import type { ClientKit } from '../client/client-kit.ts';
import type { ClientUnderTest } from '../client/client-under-test.ts';
import type { Connection } from '../harness/connection.ts';
import { Failed } from '../rule.ts';
import { type ClientRule, caseAt } from './client-rule.ts';
import { delayBefore } from './levels.ts';
import { cut } from './losing.ts';
import { follower, numbers } from './resync.ts';
import { begun, expectSequence, whereSequenced } from './sequence.ts';

/** How long a client has to close by itself before it is closed, ms: a browser closes what a page leaves open. */
const ownCloseMs = 300;

/** The page is put away: by the client's own doing or not, its connection ends. */
async function putAway(kit: ClientKit, client: ClientUnderTest, connection: Connection): Promise<void> {
  await client.environment('pagehide');
  await client.fence();
  if (!(await kit.until(() => connection.ending !== null, ownCloseMs))) cut(kit, connection);
}

const cacheReturns: ClientRule = {
  id: 'reconnect/page-cache-returns',
  role: 'client',
  level: 'SHOULD',
  sentence:
    'A page in the back/forward cache makes no attempts, whoever ended its connection; back from there, it makes one at once.',
  cases: (_contract, channel) => {
    const row = channel.reconnect;
    if (row === null) return [];
    return [
      caseAt(channel, row, 'SHOULD', {
        stretch: 3,
        timeoutMs: delayBefore(row, 1) * 4,
        async run(kit) {
          const { client, connection } = await kit.ready();
          await putAway(kit, client, connection);
          const waitMs = kit.scaled(delayBefore(row, 1));
          if (await kit.until(() => client.stage.attempts.length > 1, waitMs * 1.3 + 200))
            throw new Failed('no attempt from the back/forward cache', 'one', { reason: 'not-paused' });
          await client.environment('pageshow');
          const from = kit.clock.now();
          await kit.until(() => client.stage.attempts.length > 1, kit.patienceMs);
          const seenAt = client.stage.attempts[1]?.at ?? null;
          kit.checkTiming({ what: 'an attempt', from, seenAt, earliestMs: 0, latestMs: 20 });
          await kit.opened(client, 1);
          await kit.becomesReady(client);
        },
      }),
    ];
  },
};

const cacheMissed: ClientRule = {
  id: 'resync/page-cache-missed-delivered',
  role: 'client',
  level: 'SHOULD',
  sentence: 'What a page missed in the back/forward cache is delivered when it is back, in order, each once.',
  cases: whereSequenced(
    async (kit, row) => {
      const { client, connection } = await follower(kit, row, 3);
      const before = client.stage.connections.length;
      for (let number = 4; number <= 6; number += 1) client.responder.update(number);
      await putAway(kit, client, connection);
      await client.environment('pageshow');
      const next = await kit.opened(
        client,
        before,
        kit.scaled(delayBefore(kit.channel.reconnect!, 1)) + kit.patienceMs,
      );
      await expectSequence(kit, client, [...begun(row), ...numbers(1, 6)]);
      await next.send(client.responder.update(7).text);
      await expectSequence(kit, client, [...begun(row), ...numbers(1, 7)]);
    },
    {},
    () => true,
    () => 'SHOULD',
  ),
};

export const pageCacheRules: readonly ClientRule[] = [cacheReturns, cacheMissed];
