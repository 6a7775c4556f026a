import fc from 'fast-check';
import { expect, test } from 'vitest';
import { numRuns } from './fixtures/runs.ts';
import { createStage } from './fixtures/stage.ts';
import { feed, talk } from './fixtures/tables.ts';

test('26: no frame is fatal, and none that is no message reaches a handler', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.oneof(fc.string(), fc.json(), fc.uint8Array(), fc.anything()), { maxLength: 20 }),
      async (frames) => {
        const { client, clock, server, messages } = createStage(feed);
        client.connect();
        await clock.advance(1);
        for (const frame of frames) server.latest.sendRaw(frame);
        server.latest.send('NEWS', { n: 1 });
        expect(messages.at(-1)).toEqual({ type: 'NEWS', n: 1 });
        for (const message of messages) expect(typeof message.type).toBe('string');
        expect(client.state).toMatchObject({ name: 'connected', ready: true });
      },
    ),
    { numRuns },
  );
});

test('27: handlers that throw, come and go stop no other', async () => {
  const step = fc.record({ do: fc.constantFrom('add', 'throw', 'remove', 'once', 'news', 'news'), pick: fc.nat() });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      const { client, clock, server, reports } = createStage(feed);
      client.connect();
      await clock.advance(1);
      const model = new Map<number, { readonly kind: string; readonly off: () => void }>();
      const calls = new Map<number, number>();
      const expected = new Map<number, number>();
      let thrown = 0;
      for (const [n, { do: what, pick }] of steps.entries()) {
        if (what === 'news') {
          for (const [id, { kind }] of [...model]) {
            expected.set(id, (expected.get(id) ?? 0) + 1);
            if (kind === 'throw') thrown++;
            if (kind === 'once') model.delete(id);
          }
          server.latest.send('NEWS');
        } else if (what === 'remove') {
          const [id, row] = [...model][pick % Math.max(1, model.size)] ?? [];
          row?.off();
          if (id !== undefined) model.delete(id);
        } else {
          const off = client.on('NEWS', () => {
            calls.set(n, (calls.get(n) ?? 0) + 1);
            if (what === 'once') off();
            if (what === 'throw') throw new Error('mine');
          });
          model.set(n, { kind: what, off });
        }
      }
      expect(calls).toEqual(expected);
      expect(reports.filter(({ kind }) => kind === 'handler')).toHaveLength(thrown);
      client.dispose();
    }),
    { numRuns },
  );
});

test('30: the snapshot is a new object exactly when something in it changed, and listeners hear of each change', async () => {
  const step = fc.constantFrom('connect', 'close', 'end', 'news', 'wait', 'offline', 'online');
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(feed, talk), fc.array(step, { maxLength: 30 }), async (table, steps) => {
      const { client, clock, server, environment } = createStage(table);
      let told = client.state;
      let seen = client.state;
      client.subscribe(() => {
        told = client.state;
      });
      for (const what of steps) {
        if (what === 'connect') client.connect();
        else if (what === 'close') client.close();
        else if (what === 'end') server.connections.at(-1)?.close(1006);
        else if (what === 'news') server.connections.at(-1)?.send('NEWS');
        else if (what === 'wait') await clock.advance(400);
        else environment.fire(what);
        const { state } = client;
        expect(client.state).toBe(state);
        expect(told).toBe(state);
        if (state !== seen) expect(state).not.toEqual(seen);
        seen = state;
      }
      client.dispose();
    }),
    { numRuns },
  );
});
