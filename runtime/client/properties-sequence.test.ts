import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { FakeConnection } from '../testing/index.ts';
import { numRuns } from './fixtures/runs.ts';
import { createStage } from './fixtures/stage.ts';
import { board } from './fixtures/tables.ts';
import type { Message } from './index.ts';

const some = <T extends string>(...words: T[]) => fc.constantFrom(...words);

/** A room as a correct server keeps it: a log, a snapshot on joining, a replay from what is kept. */
function createRoom(kept: number) {
  const log: Message[] = [];
  return {
    log,
    add: () => {
      log.push({ seq: log.length + 1 });
      return log.at(-1)!;
    },
    replay: (lastSeq: number) => (lastSeq < log.length - kept || lastSeq > log.length ? undefined : log.slice(lastSeq)),
  };
}

type Event =
  | { readonly do: 'update'; readonly fault: 'none' | 'lose' | 'twice' | 'late' }
  | { readonly do: 'end' | 'cut' | 'wait' | 'reset' };

describe('sequenced messages', () => {
  const event: fc.Arbitrary<Event> = fc.oneof(
    { weight: 8, arbitrary: fc.record({ do: some('update'), fault: some('none', 'none', 'lose', 'twice', 'late') }) },
    { weight: 2, arbitrary: fc.record({ do: some('end', 'cut', 'wait', 'reset') }) },
  );

  async function run(events: readonly Event[], kept: number, isFaulty: boolean) {
    const room = createRoom(kept);
    const late: Message[] = [];
    const askedFrom: number[] = [];
    const joined = new Set<unknown>();
    const snapshot = (): readonly [string, Message] => ['STATE', { seq: room.log.length }];
    const stage = createStage(
      board,
      { token: 'x' },
      {
        onMessage(connection, message) {
          if (message.type === 'JOIN') {
            joined.add(connection);
            connection.send(...snapshot());
          } else if (message.type === 'RESYNC') {
            askedFrom.push(message.lastSeq as number);
            const missed = room.replay(message.lastSeq as number);
            if (missed) for (const one of missed) connection.send('MOVE', one);
            else connection.send(...snapshot());
          }
        },
      },
    );
    const { client, clock, server, reports, messages } = stage;
    const order: (Message | { readonly gap: readonly [number, number] })[] = [];
    client.on('STATE', (message) => order.push({ ...message, isReset: true }));
    client.on('MOVE', (message) => order.push(message));
    client.onReport((report) => {
      if (report.kind === 'gap') order.push({ gap: [report.from, report.to] });
    });
    client.connect();
    await clock.advance(1);
    for (const one of events) {
      const live = server.connections.filter((connection) => joined.has(connection) && connection.readyState === 1);
      if (one.do === 'update') {
        const update = room.add();
        const fault = isFaulty ? one.fault : 'none';
        for (const connection of live) {
          if (fault === 'late') late.push(update);
          else if (fault !== 'lose') connection.send('MOVE', update);
          if (fault === 'twice') connection.send('MOVE', update);
          if (fault !== 'late') for (const waiting of late.splice(0)) connection.send('MOVE', waiting);
        }
      } else if (one.do === 'end') server.latest.close(1006);
      else if (one.do === 'cut') server.latest.cut();
      else if (one.do === 'reset') live.at(-1)?.send(...snapshot());
      else await clock.advance(3000);
    }
    await clock.advance(100000);
    server.latest.send('MOVE', room.add());
    await clock.advance(100000);
    return { order, room, reports, messages, askedFrom };
  }

  /** Between resets, numbers follow one another, or a gap says which do not. */
  function expectContinuous(order: Awaited<ReturnType<typeof run>>['order'], last: number) {
    let position: number | undefined;
    for (const one of order) {
      if ('gap' in one && Array.isArray(one.gap)) {
        expect(one.gap[0]).toBe(position! + 1);
        position = one.gap[1];
      } else if ('isReset' in one) position = (one as Message).seq as number;
      else {
        expect((one as Message).seq).toBe(position! + 1);
        position = (one as Message).seq as number;
      }
    }
    expect(position).toBe(last);
  }

  test('22, 25: from a correct server: each once, in order, none missing, over any number of connections', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(event, { maxLength: 40 }), async (events) => {
        const { order, room, reports } = await run(
          events.filter(({ do: kind }) => kind !== 'reset'),
          10000,
          false,
        );
        expectContinuous(order, room.log.length);
        expect(order.filter((one) => 'isReset' in one)).toHaveLength(1);
        expect(reports).toEqual([]);
      }),
      { numRuns },
    );
  });

  test('22: from a server that loses, repeats and reorders: no duplicate, and no hole that is not told', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(event, { maxLength: 40 }), fc.constantFrom(0, 3, 10000), async (events, kept) => {
        const { order, room } = await run(events, kept, true);
        expectContinuous(order, room.log.length);
      }),
      { numRuns },
    );
  });

  test('23: the position that is asked from never goes back, whatever comes twice, late or not at all', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(event, { maxLength: 40 }), fc.constantFrom(0, 3, 10000), async (events, kept) => {
        const { askedFrom } = await run(events, kept, true);
        expect(askedFrom).toEqual([...askedFrom].sort((a, b) => a - b));
      }),
      { numRuns },
    );
  });

  test('25: a replay that breaks off at any message is asked for anew, and nothing of it is lost or doubled', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(7), { maxLength: 6 }), fc.integer({ min: 1, max: 6 }), async (cuts, missed) => {
        const room = createRoom(10000);
        const left = new Map<unknown, number>();
        const speak = (connection: FakeConnection, type: string, message: Message) => {
          const more = left.get(connection) ?? Number.POSITIVE_INFINITY;
          left.set(connection, more - 1);
          if (more > 0) connection.send(type, message);
          if (more === 1) connection.close(1006);
        };
        const { client, clock, server, messages, reports } = createStage(
          board,
          {},
          {
            onOpen(connection) {
              // The first one gets everything: a position to come back with.
              const more = server.connections.length === 1 ? undefined : cuts[server.connections.length - 2];
              if (more !== undefined) left.set(connection, more + 1);
            },
            onMessage(connection, message) {
              if (message.type === 'JOIN') speak(connection, 'STATE', { seq: room.log.length });
              if (message.type !== 'RESYNC') return;
              for (const one of room.replay(message.lastSeq as number) ?? []) speak(connection, 'MOVE', one);
            },
          },
        );
        client.connect();
        await clock.advance(10);
        server.latest.send('MOVE', room.add());
        for (let n = 0; n < missed; n++) room.add();
        server.latest.close(1006);
        await clock.advance(400_000);
        const numbers = messages.filter(({ type }) => type === 'MOVE').map(({ seq }) => seq);
        expect(numbers).toEqual(Array.from({ length: missed + 1 }, (_, index) => index + 1));
        expect(reports).toEqual([]);
        client.dispose();
      }),
      { numRuns },
    );
  });
});

test('24: what is held back stays within its bound, and nothing of it is lost without a word', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 60 }),
      fc.integer({ min: 1, max: 8 }),
      async (numbers, holdback) => {
        let mostHeld = 0;
        const { client, clock, server, messages, reports } = createStage({
          ...board,
          resync: { ...board.resync!, holdback },
        });
        client.connect();
        await clock.advance(1);
        server.latest.send('STATE', { seq: 0 });
        const heard = () => messages.filter(({ type }) => type === 'MOVE').map(({ seq }) => seq as number);
        const sent = new Set<number>();
        for (const seq of numbers) {
          server.latest.send('MOVE', { seq });
          sent.add(seq);
          const position = heard().at(-1) ?? 0;
          mostHeld = Math.max(mostHeld, [...sent].filter((one) => one > position).length);
        }
        expect(mostHeld).toBeLessThanOrEqual(holdback);
        server.beats = false;
        await clock.advance(20000);
        expect(heard()).toEqual([...new Set(heard())].sort((a, b) => a - b));
        const gaps = reports.flatMap((report) =>
          report.kind === 'gap' ? Array.from({ length: report.to - report.from + 1 }, (_, i) => report.from + i) : [],
        );
        const highest = Math.max(0, ...numbers);
        expect([...heard(), ...gaps].sort((a, b) => a - b)).toEqual(Array.from({ length: highest }, (_, i) => i + 1));
        client.dispose();
      },
    ),
    { numRuns },
  );
});
