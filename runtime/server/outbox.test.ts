import { expect, it, vi } from 'vitest';
import { encodeText } from './encoded.ts';
import { Outbox } from './outbox.ts';

const sink = () => {
  const writes: Buffer[] = [];
  return { writable: true, writes, write: (bytes: Buffer) => writes.push(bytes) };
};

const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it('writes what came in one tick at once, in order, the same bytes for whoever gets the same', async () => {
  const [first, second, third] = [sink(), sink(), sink()];
  const [a, b, c] = [encodeText('a').frame, encodeText('b').frame, encodeText('c').frame];
  for (const one of [first, second]) {
    const outbox = new Outbox(one);
    for (const frame of [a, b, c]) outbox.push(frame);
  }
  const other = new Outbox(third);
  for (const frame of [a, c, b]) other.push(frame);
  expect(first.writes).toEqual([]);
  await tick();
  expect(first.writes).toEqual([Buffer.concat([a, b, c])]);
  expect(second.writes[0]).toBe(first.writes[0]);
  expect(third.writes).toEqual([Buffer.concat([a, c, b])]);
});

it('makes the bytes once, also where some of those who get the same get an answer in between', async () => {
  const [a, b] = [encodeText('a').frame, encodeText('b').frame];
  const sinks = Array.from({ length: 6 }, sink);
  const answers = new Map([0, 3].map((index) => [index, encodeText(`for ${index}`).frame]));
  const concat = vi.spyOn(Buffer, 'concat');
  const outboxes = sinks.map((one) => new Outbox(one));
  for (const outbox of outboxes) outbox.push(a);
  for (const [index, frame] of answers) outboxes[index]!.push(frame);
  for (const outbox of outboxes) outbox.push(b);
  await tick();
  expect(concat).toHaveBeenCalledTimes(3);
  concat.mockRestore();
  const plain = sinks.filter((_, index) => !answers.has(index)).map(({ writes }) => writes[0]);
  expect(new Set(plain).size).toBe(1);
  for (const [index, frame] of answers) expect(sinks[index]?.writes).toEqual([Buffer.concat([a, frame, b])]);
});

it('keeps nothing between the ticks, and writes nothing to what was ended', async () => {
  const out = { ...sink(), writable: false };
  const outbox = new Outbox(out);
  outbox.push(encodeText('a').frame);
  await tick();
  expect(out.writes).toEqual([]);
  expect(outbox.bytes).toBe(0);
});

it('writes at once what is asked for or too much to hold, and nothing twice', async () => {
  const out = sink();
  const outbox = new Outbox(out);
  outbox.push(encodeText('a').frame);
  outbox.flush();
  expect(out.writes).toHaveLength(1);
  outbox.push(encodeText('x'.repeat(70_000)).frame);
  expect(out.writes).toHaveLength(2);
  await tick();
  expect(out.writes).toHaveLength(2);
  expect(outbox.bytes).toBe(0);
});

it.each([0, 125, 126, 65_535, 65_536])('frames %i bytes as RFC 6455 says', (length) => {
  const { frame, bytes } = encodeText('x'.repeat(length));
  const header = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  expect(bytes).toBe(header + length);
  expect(frame[0]).toBe(0x81);
  const told = header === 2 ? frame[1] : header === 4 ? frame.readUInt16BE(2) : Number(frame.readBigUInt64BE(2));
  expect(told).toBe(length);
});
