// Rules about connections: never two, given up in time, tried again after a refusal, and over when the application closes.
import { Failed } from '../rule.ts';
import { type ClientRule, caseAt } from './client-rule.ts';
import { delayBefore, delaysUntil, levelOf } from './levels.ts';
import { attemptOf, closeWith, codeFor, cut, waitsForAttempt } from './losing.ts';

const oneConnection: ClientRule = {
  id: 'reconnect/connect-is-idempotent',
  role: 'client',
  level: 'MUST',
  sentence: 'However often the application asks for it, a client has one connection.',
  cases: (_contract, channel) =>
    channel.reconnect === null
      ? []
      : [
          caseAt(channel, channel.reconnect, channel.reconnect.level, {
            async run(kit) {
              const client = await kit.create();
              await client.connect();
              await client.connect();
              await kit.opened(client, 0);
              await client.connect();
              await kit.becomesReady(client);
              await client.connect();
              await kit.clock.sleep(200 + kit.scaled(delayBefore(channel.reconnect!, 1)));
              if (client.stage.attempts.length === 1 && client.stage.current?.ending === null) return;
              const ended = client.stage.current?.ending === null ? '' : ', the last of them ended';
              throw new Failed('one connection', `${client.stage.attempts.length} attempts${ended}`, {
                reason: 'two-connections',
              });
            },
          }),
        ],
};

const handshakeTimeout: ClientRule = {
  id: 'reconnect/handshake-timeout',
  role: 'client',
  level: 'SHOULD',
  sentence: 'A handshake without an answer is given up in time, and is a failed attempt.',
  cases: (_contract, channel) => {
    const row = channel.reconnect;
    if (row === null) return [];
    return [
      caseAt(channel, row, levelOf(row, 'handshakeTimeoutMs'), {
        timeoutMs: row.handshakeTimeoutMs * 3,
        async run(kit) {
          const client = await kit.create();
          client.stage.admit = (index) => ({ do: index === 0 ? 'hang' : 'accept' });
          await client.connect();
          const first = await attemptOf(kit, client, 0, kit.patienceMs);
          const waitMs = kit.scaled(delayBefore(row, 1));
          const timeoutMs = kit.scaled(row.handshakeTimeoutMs);
          await kit.until(() => client.stage.attempts.length > 1, (timeoutMs + waitMs) * 2 + kit.patienceMs);
          kit.checkTiming({
            what: 'the next attempt',
            from: first.at,
            seenAt: client.stage.attempts[1]?.at ?? null,
            earliestMs: timeoutMs + waitMs * (1 - row.jitter),
            latestMs: timeoutMs + waitMs,
          });
        },
      }),
    ];
  },
};

const httpRefusal: ClientRule = {
  id: 'reconnect/http-refusal',
  role: 'client',
  level: 'MUST',
  sentence:
    'A refusal by HTTP is a failed attempt like any other, whatever its status, and is followed by the next one.',
  cases: (_contract, channel) => {
    const row = channel.reconnect;
    if (row === null) return [];
    return [
      caseAt(channel, row, row.level, {
        stretch: 4,
        timeoutMs: delaysUntil(row, 4) * 2,
        async run(kit) {
          const statuses = [403, 503, 401];
          const client = await kit.create();
          client.stage.admit = (index) =>
            index < statuses.length ? { do: 'status', status: statuses[index] ?? 503 } : { do: 'accept' };
          await client.connect();
          const mostMs = kit.scaled(delaysUntil(row, statuses.length));
          // How long a client waits is for other rules to judge: here it has to come back.
          for (let n = 1; n <= statuses.length; n += 1)
            await attemptOf(kit, client, n, kit.scaled(delayBefore(row, n)) * 6 + kit.patienceMs);
          const { openedAt } = await kit.opened(client, 0);
          const waited = openedAt - (client.stage.attempts[0]?.at ?? openedAt);
          if (waited >= mostMs * 0.25) return;
          throw new Failed(`${statuses.length} waits between the attempts`, `${Math.round(waited)} ms together`, {
            reason: 'too-early',
          });
        },
      }),
    ];
  },
};

const connectNow: ClientRule = {
  id: 'reconnect/connect-during-wait',
  role: 'client',
  level: 'SHOULD',
  sentence: 'When the application asks to connect during a wait, the client tries at once.',
  cases: (_contract, channel) => {
    const row = channel.reconnect;
    if (row === null) return [];
    return [
      caseAt(channel, row, 'SHOULD', {
        stretch: 5,
        timeoutMs: delaysUntil(row, 2) * 2,
        async run(kit) {
          const { client, connection } = await kit.connected();
          cut(kit, connection);
          await waitsForAttempt(kit, client);
          await client.connect();
          const from = kit.clock.now();
          const waitMs = kit.scaled(delayBefore(row, 1));
          await kit.until(() => client.stage.attempts.length > 1, waitMs * 2 + kit.patienceMs);
          const seenAt = client.stage.attempts[1]?.at ?? null;
          const latestMs = Math.min(20, waitMs * (1 - row.jitter) * 0.2);
          kit.checkTiming({ what: 'the attempt', from, seenAt, earliestMs: 0, latestMs });
        },
      }),
    ];
  },
};

const closeIsFinal: ClientRule = {
  id: 'reconnect/close-is-final',
  role: 'client',
  level: 'MUST',
  sentence:
    'When the application closes, the connection ends with 1000 and no attempt follows, until the application connects again.',
  cases: (_contract, channel) => {
    const row = channel.reconnect;
    if (row === null) return [];
    return [
      caseAt(channel, row, row.level, {
        timeoutMs: delaysUntil(row, 2) * 4,
        async run(kit) {
          const { client, connection } = await kit.ready();
          await client.close();
          const ending = await connection.ended(kit.patienceMs);
          if (ending === null) throw new Failed('the end of the connection', 'it stays open', { reason: 'never' });
          if (ending.code !== 1000) throw new Failed('close code 1000', `${ending.code}`, { reason: 'wrong-code' });
          const quietMs = kit.scaled(Math.max(delayBefore(row, 1), row.spreadMs)) + 200;
          if (await kit.until(() => client.stage.attempts.length > 1, quietMs))
            throw new Failed('no attempt after close()', 'one', { reason: 'reconnects' });
          await client.fence();
          if (client.state?.state !== 'closed' || client.state.reason !== 'requested') {
            const said =
              client.state === null ? 'nothing' : `${client.state.state}, ${client.state.reason ?? 'no reason'}`;
            throw new Failed('the client to say closed, requested', said, { reason: 'wrong-state' });
          }
          await client.connect();
          await kit.opened(client, 1);
        },
      }),
    ];
  },
};

const closeDuringWait: ClientRule = {
  id: 'reconnect/close-during-wait',
  role: 'client',
  level: 'MUST',
  sentence: 'When the application closes during a wait, no attempt follows.',
  cases: (_contract, channel) => {
    const row = channel.reconnect;
    if (row === null) return [];
    return [
      caseAt(channel, row, row.level, {
        stretch: 4,
        timeoutMs: delaysUntil(row, 2) * 4,
        async run(kit) {
          const { client, connection } = await kit.connected();
          cut(kit, connection);
          await waitsForAttempt(kit, client);
          await client.close();
          const before = client.stage.attempts.length;
          if (before > 1) return;
          if (await kit.until(() => client.stage.attempts.length > before, kit.scaled(delayBefore(row, 1)) * 1.5 + 200))
            throw new Failed('no attempt after close()', 'one', { reason: 'reconnects' });
        },
      }),
    ];
  },
};

const connectRevives: ClientRule = {
  id: 'reconnect/connect-after-stop',
  role: 'client',
  level: 'MUST',
  sentence: 'A client that a close code has closed for good connects when the application asks for it again.',
  cases: (_contract, channel) => {
    const row = channel.reconnect;
    const code = codeFor(channel, 'stop');
    if (row === null || code === null) return [];
    return [
      caseAt(channel, row, row.level, {
        async run(kit) {
          const { client, connection } = await kit.ready();
          closeWith(kit, connection, code.code);
          await kit.until(() => client.state?.ready === false, kit.patienceMs);
          await client.fence();
          await client.connect();
          await kit.opened(client, 1);
          await kit.becomesReady(client);
        },
      }),
    ];
  },
};

export const connectionRules: readonly ClientRule[] = [
  oneConnection,
  handshakeTimeout,
  httpRefusal,
  connectNow,
  closeIsFinal,
  closeDuringWait,
  connectRevives,
];
