import fc from 'fast-check';
import { expect, test } from 'vitest';
import { numRuns } from './fixtures/runs.ts';
import { createStage } from './fixtures/stage.ts';
import { board, feed, talk } from './fixtures/tables.ts';

test('4: whatever a superseded socket still tells changes nothing', async () => {
  const told = fc.record({
    pick: fc.nat(),
    what: fc.constantFrom('open', 'message', 'snapshot', 'close', 'error'),
    code: fc.constantFrom(1000, 1006, 1008, 4001),
  });
  const way = fc.constantFrom(
    'closed by the application',
    'ended by the server',
    'found dead',
    'hung in its handshake',
  );
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(board, feed, talk),
      fc.array(way, { minLength: 1, maxLength: 4 }),
      fc.array(told, { minLength: 1, maxLength: 8 }),
      async (table, ways, rumours) => {
        const { client, clock, server, sockets, messages, reports } = createStage(table);
        client.connect();
        await clock.advance(1);
        for (const one of ways) {
          if (one === 'closed by the application') client.close();
          else if (one === 'ended by the server') server.latest.close(1006);
          else server.latest.cut();
          server.handshake = one === 'hung in its handshake' ? 'hang' : 'accept';
          client.connect();
          await clock.advance(60_000);
          server.handshake = 'accept';
          client.connect();
          await clock.advance(60_000);
        }
        expect(client.state.name).toBe('connected');
        const [before, heard, told] = [client.state, messages.length, reports.length];
        const superseded = sockets.slice(0, -1);
        for (const { pick, what, code } of rumours) {
          const old = superseded[pick % superseded.length]!;
          const data = JSON.stringify(what === 'snapshot' ? { type: 'STATE', seq: 99 } : { type: 'NEWS' });
          if (what === 'open') old.onopen?.({} as never);
          else if (what === 'close') old.onclose?.({ code } as never);
          else if (what === 'error') old.onerror?.({} as never);
          else old.onmessage?.({ data } as never);
        }
        await clock.advance(0);
        expect(client.state).toBe(before);
        expect([messages.length, reports.length]).toEqual([heard, told]);
        expect(server.connections.filter(({ readyState }) => readyState === 1)).toHaveLength(1);
        client.dispose();
      },
    ),
    { numRuns: Math.ceil(numRuns / 2) },
  );
});

test('5: a token that comes when nobody waits for it any more opens nothing', async () => {
  const step = fc.record({
    do: fc.constantFrom('connect', 'close', 'end', 'wait', 'long', 'answer', 'answer', 'fail'),
    pick: fc.nat(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30, size: 'max' }), fc.boolean(), async (steps, isDisposed) => {
      const asked: { readonly signal: AbortSignal; readonly settle: readonly [(token: string) => void, () => void] }[] =
        [];
      const { client, clock, server } = createStage(feed, {
        token: ({ signal }) =>
          new Promise<string>((resolve, reject) =>
            asked.push({ signal, settle: [resolve, () => reject(new Error('no'))] }),
          ),
      });
      const answered = new Set<unknown>();
      for (const { do: what, pick } of steps) {
        const before = server.connections.length;
        const one = asked[pick % Math.max(1, asked.length)];
        if (what === 'connect') client.connect();
        else if (what === 'close') client.close();
        else if (what === 'end') server.connections.at(-1)?.close(1006);
        else if (what === 'wait' || what === 'long') await clock.advance(what === 'wait' ? 500 : 12_000);
        else if (one !== undefined) {
          const isWanted = !one.signal.aborted && !answered.has(one) && what === 'answer';
          answered.add(one);
          one.settle[what === 'answer' ? 0 : 1]('token');
          await clock.advance(0);
          expect(server.connections.length - before).toBe(isWanted ? 1 : 0);
          continue;
        }
        expect(server.connections.length).toBe(before);
      }
      if (isDisposed) client.dispose();
      else client.close();
      await clock.advance(2000);
      const before = server.connections.length;
      client.connect();
      const late = [...asked];
      const wanted = isDisposed ? undefined : late.pop();
      for (const { settle } of late) settle[0]('late');
      await clock.advance(5000);
      expect(server.connections.length).toBe(before);
      wanted?.settle[0]('in time');
      await clock.advance(0);
      expect(server.connections.slice(before).map(({ token }) => token)).toEqual(isDisposed ? [] : ['in time']);
      client.dispose();
    }),
    { numRuns },
  );
});
