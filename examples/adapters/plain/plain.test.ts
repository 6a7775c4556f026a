import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it, vi } from 'vitest';
import { brokenByRule, judgePlain, plainClients, reportPath } from './reports.ts';

vi.setConfig({ testTimeout: 240_000 });

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Little of each family, and on one channel: what does not depend on how busy the machine is. */
const rules = [
  'handshake/client-address',
  'auth/token-failure-is-failed-attempt',
  'reconnect/close-is-final',
  'reconnect/http-refusal',
  'queue/closed-settles-all',
  'queue/idempotent-sent-again',
  'close-codes/client-stops',
  'limits/client-refuses-oversize',
];

it('takes an adapter of at most 150 lines, everything but the clients counted', () => {
  expect(readFileSync(here('adapter.js'), 'utf8').split('\n').length).toBeLessThanOrEqual(150);
});

it.each(plainClients)('%s breaks what its report says, and the suite goes on to the end', async (client) => {
  const isInstalled = existsSync(here('node_modules/reconnecting-websocket'));
  if (client === 'reconnecting-websocket' && !isInstalled && process.env.WIREPACT_REQUIRE_ALL !== '1') return;
  const result = await judgePlain(client, { rules, channels: ['chat'] });
  expect(result.harnessError).toBeUndefined();
  expect(result.cases.filter(({ verdict }) => verdict === 'error')).toEqual([]);
  const report = readFileSync(reportPath(client), 'utf8');
  const listed = [...report.matchAll(/^\| `([^`]+)` \| ([^|]*)\| ([^|]*)\|/gm)].flatMap(([, rule = '', fail, warn]) =>
    `${fail}, ${warn}`.includes('chat') ? [rule] : [],
  );
  // What a busy machine leaves undecided says nothing either way.
  const open = result.cases.filter(({ verdict }) => verdict === 'inconclusive').map(({ rule }) => rule);
  const broken = new Set([...brokenByRule(result).keys(), ...open.filter((rule) => listed.includes(rule))]);
  expect([...broken].sort()).toEqual(rules.filter((rule) => listed.includes(rule)).sort());
  expect(result.cases.filter(({ verdict }) => verdict === 'pass').map(({ rule }) => rule)).toContain(
    'handshake/client-address',
  );
});
