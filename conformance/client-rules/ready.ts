// Rules about the beginning of a connection: its address, and when a client counts as ready.

import type { Channel } from '../../scripts/model.ts';
import { brief } from '../harness/pointer.ts';
import { sampleOf } from '../harness/samples.ts';
import { Failed, lowest } from '../rule.ts';
import { type ClientRule, caseAt } from './client-rule.ts';
import { levelOf } from './levels.ts';

const address: ClientRule = {
  id: 'handshake/client-address',
  role: 'client',
  level: 'MUST',
  sentence:
    "The client connects to the channel's address, with the parameters, the query and the token where the contract has them.",
  cases: (_contract, channel) => [
    caseAt(channel, channel, 'MUST', {
      async run(kit) {
        const query = Object.fromEntries(
          channel.query.map(({ name, schema }) => [name, sampleOf(schema, kit.schemas) as string | number]),
        );
        const client = await kit.create({ query });
        await client.connect();
        await kit.opened(client, 0);
        const attempt = client.stage.attempts[0]!;
        if (attempt.path !== client.path) {
          throw new Failed(client.path, attempt.path, { reason: 'wrong-path' });
        }
        const token = channel.auth?.parameter ?? null;
        const wanted = { ...query, ...(token === null ? {} : { [token]: client.tokens.requests[0]?.token ?? '' }) };
        for (const [name, value] of Object.entries(wanted)) {
          const seen = attempt.query.getAll(name);
          if (seen.length !== 1 || seen[0] !== String(value)) {
            throw new Failed(`${name} once, as given`, name === token ? `${seen.length} of them` : brief(seen), {
              reason: 'wrong-query',
            });
          }
        }
      },
    }),
  ],
};

/** A message that makes nobody ready, and nothing else either: no part of a sequence, no answer, no heartbeat. */
function anotherMessage(channel: Channel): string | null {
  const rows = channel.auth?.ready ?? [];
  if (rows.some((row) => row.on === 'message' && row.message === null)) return null;
  const special = new Set([
    ...rows.flatMap((row) => (row.on === 'message' ? [row.message] : [])),
    ...(channel.resync?.messages ?? []),
    channel.resync?.snapshot?.message,
    channel.error?.message,
    ...channel.heartbeats.flatMap(({ ping, pong }) => [ping, pong]),
    ...channel.clientMessages.flatMap(({ reply }) => reply?.messages ?? []),
  ]);
  return channel.serverMessages.find(({ key }) => !special.has(key))?.key ?? null;
}

const readyWhen: ClientRule = {
  id: 'auth/ready-when',
  role: 'client',
  level: 'MUST',
  sentence: 'The client counts as ready when the contract says so, and not before.',
  cases: (_contract, channel) => {
    const rows = channel.auth?.ready ?? [];
    const [first] = rows;
    if (first === undefined) return [];
    const openRow = rows.find((row) => row.on === 'open');
    const level = lowest(...rows.map((row) => levelOf(row)));
    return [
      caseAt(channel, first, level, {
        stretch: 8,
        timeoutMs: 3000,
        async run(kit) {
          const client = await kit.create();
          client.responder.greets = false;
          client.responder.answers = () => false;
          await client.connect();
          const connection = await kit.opened(client, 0);
          if (openRow?.on === 'open') {
            const dueMs = kit.scaled(openRow.afterMs);
            await kit.until(() => client.state?.ready === true, dueMs * 2 + kit.patienceMs);
            const seenAt = client.events.find((event) => event.event === 'state' && event.ready)?.at ?? null;
            const from = connection.openedAt;
            kit.checkTiming({ what: 'ready', from, seenAt, earliestMs: dueMs, latestMs: dueMs });
            return;
          }
          await kit.clock.sleep(200);
          await client.fence();
          const isReady = () => client.state?.ready === true;
          if (isReady())
            throw new Failed('not ready before the message that makes it so', 'ready', { reason: 'too-early' });
          const another = anotherMessage(channel);
          if (another !== null) {
            await connection.send(client.messages.build(another).text);
            // Taken when it was told, or not at all.
            await kit.until(() => client.delivered.length > 0, 300);
            await client.fence();
            if (isReady())
              throw new Failed('not ready at another message', `ready at ${another}`, { reason: 'wrong-message' });
          }
          for (const row of rows) {
            if (row.on !== 'message') continue;
            const key = row.message ?? channel.serverMessages[0]?.key ?? '';
            const snapshot = channel.resync?.snapshot?.message === key;
            await connection.send((snapshot ? client.responder.snapshot() : client.messages.build(key)).text);
            break;
          }
          await kit.becomesReady(client);
        },
      }),
      ...rows
        .filter((row) => row.on === 'message' && row.message === null)
        .map((row) =>
          caseAt(channel, row, levelOf(row), {
            message: 'any',
            stretch: 10,
            timeoutMs: 3000,
            async run(kit) {
              const { client, connection } = await kit.connected();
              await kit.clock.sleep(100);
              await client.fence();
              if (client.state?.ready === true)
                throw new Failed('not ready before a message, or the time', 'ready', { reason: 'too-early' });
              const from = kit.clock.now();
              await connection.send(client.messages.build(channel.serverMessages[0]?.key ?? '').text);
              await kit.until(() => client.state?.ready === true, kit.patienceMs);
              const seenAt = client.events.find((event) => event.event === 'state' && event.ready)?.at ?? null;
              kit.checkTiming({ what: 'ready after a message', from, seenAt, earliestMs: 0, latestMs: 50 });
            },
          }),
        ),
    ];
  },
};

export const readyRules: readonly ClientRule[] = [address, readyWhen];
