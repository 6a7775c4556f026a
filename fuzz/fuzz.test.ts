import { expect, test } from 'vitest';
import { changeEvents, changeTransport } from '../faults/decorate-transport.ts';
import type { SeamDecorator } from '../runtime/server/index.ts';
import { boundOf, fuzz } from './run.ts';

const seed = Number(process.env.WIREPACT_FUZZ_SEED ?? 20_261_121);

test('ten thousand hostile inputs find nothing', { timeout: 300_000 }, async () => {
  const { cases, findings, grownBytes } = await fuzz({ seed, cases: 10_000 });
  expect(findings).toEqual([]);
  for (const count of Object.values(cases)) expect(count).toBeGreaterThan(400);
  expect(grownBytes).toBeLessThan(boundOf(10_000));
});

/** Handlers that do something before what they do. */
const before =
  (work: (message: unknown) => void): SeamDecorator =>
  (seam) => ({
    ...seam,
    handlers: (handlers, channel) => {
      const inner = seam.handlers(handlers, channel);
      const on = Object.entries(inner.on).map(([type, handle]): [string, typeof handle] => [
        type,
        (message, context) => {
          work(message);
          return handle?.(message, context);
        },
      ]);
      return { ...inner, on: Object.fromEntries(on) };
    },
  });

const broken: readonly (readonly [what: string, decorate: SeamDecorator, says: RegExp])[] = [
  [
    'takes what is no UTF-8',
    (seam) => ({ ...seam, framing: { ...seam.framing, skipUTF8Validation: true } }),
    /frames of .*(not ended with a close frame|ended with)|frames are/,
  ],
  [
    'ends violations with another code',
    (seam) =>
      changeTransport(seam, ({ inner }) => ({
        close: (code, reason) => inner.close(code === 1002 ? 1008 : code, reason),
      })),
    /frames are ended with 1008/,
  ],
  [
    'leaves some of what it cannot read unanswered',
    (seam) =>
      changeEvents(seam, ({ events }) => ({
        message: (text) => {
          if (!text.includes('\\u00')) events.message(text);
        },
      })),
    /had to be answered otherwise/,
  ],
  [
    'fails at what is valid',
    before((message) => {
      if (JSON.stringify(message).includes('constructor')) throw new Error('unexpected');
    }),
    /the server logs handler-failed/,
  ],
  [
    'sends what the contract does not have',
    (seam) =>
      changeTransport(seam, ({ inner }) => ({
        send: (message) => {
          const text = message.text.replace(/"(malformed|unknown_type)"/, '7');
          inner.send(text === message.text ? message : { ...message, text, frame: frameOf(text) });
        },
      })),
    /breaks its schema/,
  ],
];

const frameOf = (text: string): Buffer => {
  const payload = Buffer.from(text);
  const head = payload.length < 126 ? [0x81, payload.length] : [0x81, 126, payload.length >> 8, payload.length & 255];
  return Buffer.concat([Buffer.from(head), payload]);
};

test.each(broken)(
  'finds a server that %s, and finds it again by the seed',
  { timeout: 120_000 },
  async (_what, decorate, says) => {
    const { findings } = await fuzz({ seed, cases: 20_000, findings: 1, decorate });
    const [first = ''] = findings;
    expect(first).toMatch(says);
    const batches = /WIREPACT_FUZZ_BATCH=([\d,]+)/.exec(first)?.[1]?.split(',').map(Number) ?? [];
    const again = await fuzz({ seed, cases: 20_000, batches, decorate });
    expect(again.findings.join('\n')).toMatch(says);
  },
);

test('finds a server that keeps what it is sent', { timeout: 120_000 }, async () => {
  const kept: Uint32Array[] = [];
  const { grownBytes } = await fuzz({
    seed,
    cases: 4000,
    decorate: (seam) =>
      changeEvents(seam, ({ events }) => ({
        message: (text) => {
          kept.push(new Uint32Array(1000));
          events.message(text);
        },
      })),
  });
  expect(kept.length).toBeGreaterThan(2000);
  expect(grownBytes).toBeGreaterThan(boundOf(4000));
});
