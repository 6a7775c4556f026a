import { afterAll, describe, expect, it } from 'vitest';
import { parlourContract } from './fixtures/parlour.ts';
import { type Parlour, startParlour } from './fixtures/parlour-server.ts';
import type { RunResult } from './result.ts';
import { runServerConformance } from './run.ts';
import { targetFromUrl } from './target/target.ts';

const parlours: Parlour[] = [];

afterAll(async () => {
  await Promise.all(parlours.map((parlour) => parlour.close()));
});

async function run(fault: string, rules: readonly string[]): Promise<RunResult> {
  const parlour = await startParlour(fault);
  parlours.push(parlour);
  const names = ['guest-1', 'guest-2', 'guest-3', 'guest-4', 'guest-5', 'host'];
  const target = {
    ...targetFromUrl(parlour.url),
    users: names.map((id) => ({ id, name: id, roles: id === 'host' ? ['host'] : [], token: id })),
    hooks: { publish: { http: parlour.control, method: 'POST' as const, headers: {} } },
  };
  return await runServerConformance(parlourContract, target, { rules });
}

function decided(result: RunResult): Record<string, string> {
  const told = result.cases.filter((one) => one.verdict !== 'not-applicable' && one.verdict !== 'pass');
  return Object.fromEntries(told.map((one) => [one.instance, `${one.verdict} ${one.reason ?? ''}`.trim()]));
}

const families = ['validation/*', 'permission/*', 'request/*', 'delivery/*'];
const limitMs = 60_000;

describe('the rules on messages, permissions, requests and delivery', () => {
  it(
    'pass a server that keeps the contract',
    async () => {
      const result = await run('none', families);
      expect(result.harnessError).toBeUndefined();
      expect(decided(result)).toEqual({});
      expect(result.cases.filter((one) => one.verdict === 'pass').length).toBeGreaterThan(100);
    },
    limitMs,
  );

  it.concurrent.each<[string, string, string]>([
    ['malformed-unanswered', 'validation/malformed-answered@parlour', 'fail not-answered'],
    ['malformed-closes', 'validation/stays-open@parlour', 'fail ended'],
    ['malformed-relayed', 'validation/malformed-no-effect@parlour', 'fail had-effect'],
    ['wrong-malformed-code', 'validation/malformed-code@parlour', 'fail wrong-code'],
    ['unknown_type-unanswered', 'validation/unknown-type-answered@parlour', 'fail not-answered'],
    ['unknown_type-relayed', 'validation/unknown-type-no-effect@parlour', 'fail had-effect'],
    ['wrong-unknown_type-code', 'validation/unknown-type-code@parlour', 'fail wrong-code'],
    ['invalid-unanswered', 'validation/broken-type-answered@parlour', 'fail not-answered'],
    ['wrong-invalid-code', 'validation/broken-type-code@parlour', 'fail wrong-code'],
    ['invalid-relayed', 'validation/broken-type-no-effect@parlour', 'fail had-effect'],
    ['invalid-unanswered', 'validation/invalid-answered@parlour.say', 'fail not-answered'],
    ['invalid-relayed', 'validation/invalid-no-effect@parlour.say', 'fail had-effect'],
    ['schemas-ignored', 'validation/invalid-no-effect@parlour.say', 'fail had-effect'],
    ['numbers-taken', 'validation/invalid-no-effect@parlour.say', 'fail had-effect'],
    ['wrong-invalid-code', 'validation/invalid-code@parlour.say', 'fail wrong-code'],
    ['wrong-pointer', 'validation/invalid-pointer@parlour.say', 'warn wrong-pointer'],
    ['errors-to-room', 'validation/error-direct@parlour', 'fail leaked'],
    ['empty-error-text', 'validation/error-text@parlour', 'warn empty'],
    ['exception-text', 'validation/error-text@parlour', 'warn exception'],
    ['error-without-id', 'validation/error-id@parlour', 'fail wrong-id'],
    ['error-id-made-up', 'validation/error-id-absent@parlour', 'fail wrong-id'],
    ['shorter-bound', 'validation/accepts-examples@parlour.say', 'pass'],
    ['shorter-bound', 'validation/bounds-accepted@parlour.say', 'fail rejected'],
    ['counts-utf16', 'validation/bounds-accepted@parlour.say', 'fail rejected'],
    ['unknown-properties-refused', 'validation/unknown-properties-accepted@parlour.say', 'warn rejected'],
    ['relays-unknown', 'validation/unknown-properties-not-relayed@parlour.say', 'warn relayed'],
    ['sender-from-client', 'validation/server-fields-not-taken@parlour.say', 'fail taken'],
    ['crashes-on-prototypes', 'validation/prototype-keys-harmless@parlour', 'fail others-hurt'],
    ['crashes-on-depth', 'validation/deep-json-harmless@parlour', 'fail others-hurt'],
    ['outsiders-speak', 'permission/membership-no-effect@parlour.say', 'fail had-effect'],
    ['outsiders-unanswered', 'permission/membership-required@parlour.say', 'fail not-answered'],
    ['wrong-membership-code', 'permission/membership-code@parlour.say', 'fail wrong-code'],
    ['role-ignored', 'permission/role-no-effect@parlour.rule', 'fail had-effect'],
    ['role-unanswered', 'permission/role-required@parlour.rule', 'fail not-answered'],
    ['wrong-forbidden-code', 'permission/role-code@parlour.rule', 'fail wrong-code'],
    ['role-from-data', 'permission/role-not-from-client@parlour.rule', 'fail had-effect'],
    ['enters-anything', 'permission/room-mismatch-refused@parlour.enter', 'fail not-answered'],
    ['enters-anything', 'permission/room-mismatch-no-effect@parlour.enter', 'fail had-effect'],
    ['wrong-room_mismatch-code', 'permission/room-mismatch-code@parlour.enter', 'fail wrong-code'],
    ['reply-twice', 'request/replied-once@parlour.ask', 'fail duplicate'],
    ['reply-wrong-id', 'request/reply-correlated@parlour.ask', 'fail wrong-id'],
    ['reply-wrong-id', 'request/no-id-no-id@parlour.ask', 'fail wrong-id'],
    ['reply-wrong-id', 'request/answered-in-order@parlour.ask', 'fail wrong-id'],
    ['error-without-id', 'request/error-correlated@parlour.ask', 'fail wrong-id'],
    ['gone-to-room', 'request/reply-direct@parlour.exit', 'fail leaked'],
    ['repeats-unknown', 'request/idempotent-no-second@parlour.say', 'fail doubled'],
    ['repeats-unknown', 'request/idempotent-conflict@parlour.say', 'warn doubled'],
    ['repeat-doubles', 'request/idempotent-no-second@parlour.say', 'fail doubled'],
    ['repeat-unanswered', 'request/idempotent-repeat@parlour.say', 'fail missing'],
    ['repeat-names-another', 'request/idempotent-repeat@parlour.say', 'fail wrong-content'],
    ['conflict-taken', 'request/idempotent-conflict@parlour.say', 'fail had-effect'],
    ['wrong-id_reused-code', 'request/idempotent-conflict-code@parlour.say', 'fail wrong-code'],
    ['ids-of-all-users', 'request/idempotent-other-user@parlour.say', 'fail missing'],
    ['ids-of-all-rooms', 'request/idempotent-other-room@parlour.say', 'fail missing'],
    ['rejected-remembered', 'request/idempotent-rejected-not-remembered@parlour.say', 'fail missing'],
    ['no-echo', 'request/idempotent-client-echo@parlour.say', 'fail wrong-id'],
    ['order-differs', 'delivery/same-order@parlour', 'fail wrong-order'],
    ['order-differs', 'delivery/sender-order@parlour', 'fail wrong-order'],
    ['prefix-rooms', 'delivery/rooms-isolated@parlour', 'fail leaked'],
    ['joined-twice', 'delivery/joined-twice-gets-once@parlour', 'fail duplicate'],
    ['exit-ignored', 'delivery/left-and-back-gets-once@parlour', 'fail leaked'],
    ['publishes-twice', 'delivery/published@parlour.news', 'fail duplicate'],
    ['entered-to-room', 'delivery/welcome@parlour.entered', 'fail leaked'],
    ['answers-members-only', 'delivery/direct-without-membership@parlour.ask', 'fail no-effect'],
  ])(
    '%s is seen by %s as %s',
    async (fault, instance, verdict) => {
      const result = await run(fault, [instance]);
      expect(result.harnessError).toBeUndefined();
      expect(decided(result)[instance] ?? 'pass').toBe(verdict);
    },
    limitMs,
  );

  it.concurrent.each<[string, string, string]>([
    ['no-echo', 'validation/sent-valid@parlour.said', 'pass'],
    ['says-too-much', 'validation/sent-known@parlour', 'fail unknown-type'],
    ['empty-texts', 'validation/sent-known@parlour', 'fail empty-text'],
  ])(
    '%s is seen over a whole run by %s as %s',
    async (fault, instance, verdict) => {
      const result = await run(fault, ['delivery/receivers', instance]);
      expect(decided(result)[instance] ?? 'pass').toBe(verdict);
    },
    limitMs,
  );
});
