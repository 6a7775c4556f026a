// Rules about close codes: what a client does after each row of the contract, one case a row.
import type { Channel, ClientAction, CloseCode } from '../../scripts/model.ts';
import type { ClientKit, ReadyClient } from '../client/client-kit.ts';
import { Failed } from '../rule.ts';
import { type ClientRule, caseAt } from './client-rule.ts';
import { delayBefore } from './levels.ts';
import { cut } from './losing.ts';

/** A code without a row, for the row `other`. */
function codeOf(channel: Channel, row: CloseCode): number {
  if (row.code !== 'other') return row.code;
  const known = channel.closeCodes.map(({ code }) => code);
  return [4999, 4998, 3999].find((code) => !known.includes(code)) ?? 4997;
}

/** Ends the connection so that the client sees the code; the time of it. */
function endWith(kit: ClientKit, { connection }: ReadyClient, code: number): number {
  if (code === 1006) return cut(kit, connection);
  const from = kit.clock.now();
  if (code !== 1005) void connection.close(code);
  else void connection.sendFrame({ opcode: 8, masked: false }).then(() => connection.halfClose());
  return from;
}

/** One case a row with that action. Codes that only clients send never reach one. */
function eachRow(
  action: ClientAction,
  run: (kit: ClientKit, channel: Channel, code: number, one: ReadyClient) => Promise<void>,
  stretch = 1,
): ClientRule['cases'] {
  return (_contract, channel) => {
    if (channel.reconnect === null) return [];
    const rows = channel.closeCodes.filter((row) => row.client === action && row.sentBy !== 'client');
    return rows.map((row) =>
      caseAt(channel, row, row.level, {
        message: String(row.code),
        stretch,
        timeoutMs: channel.reconnect!.spreadMs * 3,
        run: async (kit) => await run(kit, channel, codeOf(channel, row), await kit.ready()),
      }),
    );
  };
}

async function expectFinal(kit: ClientKit, { client }: ReadyClient, attempts: number, what: string): Promise<void> {
  const row = kit.channel.reconnect!;
  const quietMs = kit.scaled(Math.max(delayBefore(row, 1), row.spreadMs)) + 200;
  if (await kit.until(() => client.stage.attempts.length > attempts, quietMs))
    throw new Failed(`no attempt after ${what}`, 'one', { reason: 'reconnects' });
  await client.fence();
  if (client.state?.state === 'closed' && client.state.reason === 'stop-code') return;
  const said = client.state === null ? 'nothing' : `${client.state.state}, ${client.state.reason ?? 'no reason'}`;
  throw new Failed('the client to say closed, stop-code', said, { reason: 'wrong-state' });
}

const stops: ClientRule = {
  id: 'close-codes/client-stops',
  role: 'client',
  level: 'MUST',
  sentence: 'After a code that means stop, the client is closed for good.',
  cases: eachRow('stop', async (kit, _channel, code, one) => {
    endWith(kit, one, code);
    await expectFinal(kit, one, 1, String(code));
  }),
};

const retries: ClientRule = {
  id: 'close-codes/client-retries',
  role: 'client',
  level: 'MUST',
  sentence: 'After a code that means retry, the client comes back when the first wait is over.',
  cases: eachRow(
    'retry',
    async (kit, channel, code, one) => {
      const row = channel.reconnect!;
      const from = endWith(kit, one, code);
      const latestMs = kit.scaled(delayBefore(row, 1));
      await kit.until(() => one.client.stage.attempts.length > 1, latestMs * 2 + kit.patienceMs);
      const seenAt = one.client.stage.attempts[1]?.at ?? null;
      const earliestMs = latestMs * (1 - row.jitter);
      kit.checkTiming({ what: `an attempt after ${code}`, from, seenAt, earliestMs, latestMs });
    },
    20,
  ),
};

const slowClients = 8;

const slows: ClientRule = {
  id: 'close-codes/client-slows',
  role: 'client',
  level: 'MUST',
  sentence: 'After a code that means slow, the client comes back within the spread.',
  cases: eachRow(
    'slow',
    async (kit, channel, code, one) => {
      const others = await Promise.all(Array.from({ length: slowClients - 1 }, () => kit.ready()));
      const latestMs = kit.scaled(channel.reconnect!.spreadMs);
      const waits = await Promise.all(
        [one, ...others].map(async (each) => {
          const from = endWith(kit, each, code);
          await kit.until(() => each.client.stage.attempts.length > 1, latestMs + kit.patienceMs);
          const seenAt = each.client.stage.attempts[1]?.at ?? null;
          kit.checkTiming({ what: `an attempt after ${code}`, from, seenAt, earliestMs: 0, latestMs });
          return (seenAt ?? from) - from;
        }),
      );
      // One wait may be short by chance, all of them are not.
      if (Math.max(...waits) >= latestMs * 0.15) return;
      const observed = `all within ${Math.round(Math.max(...waits))} ms`;
      throw new Failed(`waits from 0 to ${Math.round(latestMs)} ms`, observed, { reason: 'too-early' });
    },
    10,
  ),
};

const refreshes: ClientRule = {
  id: 'close-codes/client-refreshes-token',
  role: 'client',
  level: 'MUST',
  sentence:
    'After a code that means refresh-token, the client tries at once with a fresh token; refused again in the same way before it was ready, it is closed for good.',
  cases: eachRow(
    'refresh-token',
    async (kit, channel, code, one) => {
      const { client } = one;
      client.stage.admit = (index) => (index === 1 ? { do: 'close', code } : { do: 'accept' });
      const from = endWith(kit, one, code);
      const waitMs = kit.scaled(delayBefore(channel.reconnect!, 1));
      await kit.until(() => client.stage.attempts.length > 1, waitMs * 2 + kit.patienceMs);
      const next = client.stage.attempts[1];
      kit.checkTiming({
        what: `an attempt after ${code}`,
        from,
        seenAt: next?.at ?? null,
        earliestMs: 0,
        latestMs: 20,
      });
      if (channel.auth?.parameter != null && next?.token === client.stage.attempts[0]?.token)
        throw new Failed('a fresh token', 'the one that was refused', { reason: 'reused' });
      await expectFinal(kit, one, 2, `${code} for the fresh token too`);
    },
    8,
  ),
};

export const closeCodeRules: readonly ClientRule[] = [stops, retries, slows, refreshes];
