import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { missingFor } from './installed.ts';
import { readBroken } from './naive-report.ts';
import { examples, filledReadme, readmePath, reportPath, runExample } from './naive-reports.ts';
import { trapsOf } from './traps.ts';

// The whole suite against a Python server takes a minute on an idle machine; tests beside it make it slower.
const patienceMs = 400_000;
const everything = process.env.WIREPACT_REQUIRE_ALL === '1';

/** Warnings that the README of the example tells of, by rule; `known.yaml` has what cannot be decided. */
const told: { readonly [example: string]: readonly string[] } = {
  fastapi: ['handshake/unknown-path-status', 'handshake/parameter-status', 'handshake/query-status'],
  'django-channels': [
    'handshake/unknown-path-status',
    'handshake/parameter-status',
    'heartbeat/ping-interval',
    'heartbeat/silence-ends',
    'limits/size-over-code',
    'limits/binary-code',
    'limits/encoding-code',
    'limits/backlog-ends',
    'limits/backlog-code',
    'close-codes/protocol-error-code',
    'shutdown/code',
  ],
};

/** What a machine that is busy with other tests may cause. */
const ofHaste = ['missing', 'too-late', 'too-early', 'slowed'];

describe.each(examples)('examples/%s', (example) => {
  it('breaks no MUST, leaves nothing undecided, and warns of nothing that its README does not tell', {
    timeout: patienceMs,
  }, async (context) => {
    const missing = missingFor(example);
    if (missing !== null && !everything) context.skip(missing);
    expect(missing).toBeNull();
    const report = await runExample(example, 'target.yaml');
    expect(report.because).toEqual([]);
    expect(report.exitCode).toBe(0);
    const isTold = ({ verdict, reason = '' }: (typeof report.cases)[number]) =>
      verdict === 'warn' && !ofHaste.includes(reason);
    const warned = new Set(report.cases.filter(isTold).map(({ rule }) => rule));
    expect([...warned].filter((rule) => !told[example]!.includes(rule))).toEqual([]);
    expect(report.summary.pass).toBeGreaterThan(300);
  });

  it('has a naive variant that falls into its traps, as its committed report says', {
    timeout: patienceMs,
  }, async (context) => {
    const missing = missingFor(example);
    if (missing !== null && !everything) context.skip(missing);
    expect(missing).toBeNull();
    const traps = trapsOf(example).flatMap(({ cases }) => cases);
    // A log shows a token only when somebody asks; over plain HTTP every server logs the address.
    const report = await runExample(example, 'naive.yaml', [...traps, 'handshake/plain-http-status']);
    const cases = report.cases.filter(({ instance }) => traps.includes(instance));
    const committed = readBroken(await readFile(reportPath(example), 'utf8'));
    const now = cases.map(({ instance, verdict }) => [instance, verdict]);
    const then = cases.map(({ rule, instance }) => {
      const { fail = [], warn = [] } = committed.get(rule) ?? {};
      const place = instance.slice(rule.length + 1);
      return [instance, fail.includes(place) ? 'fail' : warn.includes(place) ? 'warn' : 'not broken'];
    });
    expect(now).toEqual(then);
    expect(new Set(cases.map(({ instance }) => instance))).toEqual(new Set(traps));
  });
});

it('the README says what the committed reports say', async () => {
  expect(await readFile(readmePath, 'utf8')).toBe(await filledReadme());
});
