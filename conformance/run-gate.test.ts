import { afterAll, describe, expect, it } from 'vitest';
import { gateContract, gateWithBacklog } from './fixtures/gate.ts';
import { type Gate, type GateFault, gateSecret, gateUsers, startGate } from './fixtures/gate-server.ts';
import type { RunResult } from './result.ts';
import { runServerConformance } from './run.ts';
import { targetFromUrl } from './target/target.ts';

const gates: Gate[] = [];

afterAll(async () => {
  await Promise.all(gates.map((gate) => gate.close()));
});

async function run(fault: GateFault, rules: readonly string[], contract = gateContract): Promise<RunResult> {
  const gate = await startGate(fault, contract === gateContract);
  gates.push(gate);
  const user = (id: string) => ({ id, name: id, roles: [] });
  const target = {
    ...targetFromUrl(gate.url),
    users: gateUsers.map(user),
    unknownUser: user('ghost'),
    tokens: { secret: gateSecret, algorithm: 'HS256' as const, claims: {} },
    channels: { gate: { forbiddenRooms: ['13'], missingRooms: ['14'], query: {}, parameters: {} } },
  };
  return await runServerConformance(contract, target, { rules });
}

function decided(result: RunResult): Record<string, string> {
  const told = result.cases.filter((one) => one.verdict !== 'not-applicable' && one.verdict !== 'pass');
  return Object.fromEntries(told.map((one) => [one.rule, `${one.verdict} ${one.reason ?? ''}`.trim()]));
}

const families = ['handshake/*', 'auth/*', 'limits/*', 'close-codes/*'];

describe('the rules on connecting, limits and closing', () => {
  it('pass a server that keeps the contract', async () => {
    const result = await run('none', families);
    expect(result.harnessError).toBeUndefined();
    // The log of a server that runs already cannot be seen.
    expect(Object.keys(decided(result))).toEqual(['auth/token-not-logged']);
    const passed = result.cases.filter((one) => one.verdict === 'pass').map((one) => one.rule);
    expect(passed.length).toBeGreaterThan(50);
  }, 60_000);

  it('pass a server that cuts off who does not read', async () => {
    expect(decided(await run('none', ['limits/backlog-*'], gateWithBacklog))).toEqual({});
  }, 60_000);

  it.each<[GateFault, string, string]>([
    ['hoards', 'limits/backlog-ends', 'fail never'],
    ['waits-for-the-slow', 'limits/backlog-others-not-slowed', 'fail slowed'],
  ])(
    '%s is seen by %s as %s',
    async (fault, rule, verdict) => {
      expect(decided(await run(fault, [rule], gateWithBacklog))[rule]).toBe(verdict);
    },
    60_000,
  );

  it.concurrent.each<[GateFault, string, string]>([
    ['lets-missing-in', 'auth/missing-refused', 'fail let-in'],
    ['lets-empty-in', 'auth/empty-refused', 'fail let-in'],
    ['lets-invalid-in', 'auth/invalid-refused', 'fail let-in'],
    ['lets-expired-in', 'auth/expired-refused', 'fail let-in'],
    ['lets-unknown-in', 'auth/unknown-user-refused', 'fail let-in'],
    ['lets-forbidden-in', 'auth/forbidden-refused', 'fail let-in'],
    ['lets-not-found-in', 'auth/not-found-refused', 'fail let-in'],
    ['one-code-for-all', 'auth/missing-answer', 'fail wrong-code'],
    ['one-code-for-all', 'auth/empty-answer', 'fail wrong-code'],
    ['one-code-for-all', 'auth/expired-answer', 'fail wrong-code'],
    ['one-code-for-all', 'auth/unknown-user-answer', 'fail wrong-code'],
    ['one-code-for-all', 'auth/forbidden-answer', 'fail wrong-code'],
    ['one-code-for-all', 'auth/not-found-answer', 'fail wrong-code'],
    ['closes-before-accepting', 'auth/invalid-answer', 'fail wrong-phase'],
    ['talks-before-the-close', 'auth/refusal-silent', 'fail sent'],
    ['splits-the-query', 'auth/similar-parameter-refused', 'fail let-in'],
    ['crashes-without-token', 'auth/survives-odd-queries', 'fail crashed'],
    ['takes-the-whole-rest', 'auth/other-parameters-ignored', 'fail refused'],
    ['first-of-two-tokens', 'auth/repeated-parameter-refused', 'warn let-in'],
    ['any-signature', 'auth/bad-signature-refused', 'fail let-in'],
    ['any-signature', 'auth/tampered-refused', 'fail let-in'],
    ['alg-none', 'auth/alg-none-refused', 'fail let-in'],
    ['any-algorithm', 'auth/wrong-algorithm-refused', 'fail let-in'],
    ['ignores-nbf', 'auth/not-yet-valid-refused', 'fail let-in'],
    ['ignores-missing-exp', 'auth/missing-claim-refused', 'fail let-in'],
    ['user-from-query', 'auth/identity-from-token', 'fail wrong-user'],
    ['never-expires', 'auth/expiry-ends', 'fail never'],
    ['expires-early', 'auth/expiry-ends', 'fail too-early'],
    ['wrong-expiry-code', 'auth/expiry-answer', 'fail wrong-code'],
    ['any-path', 'handshake/unknown-path-refused', 'fail let-in'],
    ['status-400', 'handshake/unknown-path-status', 'fail wrong-status'],
    ['any-number', 'handshake/parameter-refused', 'fail let-in'],
    ['any-number', 'handshake/parameter-status', 'fail let-in'],
    ['narrow-number', 'handshake/parameter-bounds-accepted', 'fail refused'],
    ['any-mode', 'handshake/query-refused', 'fail let-in'],
    ['any-mode', 'handshake/query-status', 'fail let-in'],
    ['narrow-mode', 'handshake/query-bounds-accepted', 'fail refused'],
    ['deflate', 'handshake/no-compression', 'fail negotiated'],
    ['acts-on-the-refused', 'handshake/nothing-before-accept', 'fail processed'],
    ['loses-the-first', 'handshake/first-frames-processed', 'fail missing'],
    ['small-limit', 'limits/size-at-limit-accepted', 'fail not-taken'],
    ['no-size-limit', 'limits/size-over-not-processed', 'fail processed'],
    ['no-size-limit', 'limits/size-counts-fragments', 'fail processed'],
    ['counts-characters', 'limits/size-counts-bytes', 'fail processed'],
    ['size-stays-open', 'limits/size-over-ends', 'fail never'],
    ['size-wrong-code', 'limits/size-over-code', 'fail wrong-code'],
    ['binary-as-text', 'limits/binary-not-processed', 'fail processed'],
    ['binary-stays-open', 'limits/binary-ends', 'fail never'],
    ['binary-undeclared-code', 'limits/binary-code', 'fail wrong-code'],
    ['lenient-utf8', 'limits/encoding-not-processed', 'fail processed'],
    ['lenient-utf8', 'limits/encoding-ends', 'fail never'],
    ['lenient-utf8', 'limits/encoding-code', 'fail never'],
    ['drops-on-close', 'close-codes/normal-answered', 'fail not-answered'],
  ])(
    '%s is seen by %s as %s',
    async (fault, rule, verdict) => {
      expect(decided(await run(fault, [rule]))[rule]).toBe(verdict);
    },
    60_000,
  );

  it.each<[GateFault, string, string]>([
    ['small-burst', 'limits/rate-within-accepted', 'fail refused'],
    ['rate-acts', 'limits/rate-exceeded-dropped', 'fail processed'],
    ['rate-silent', 'limits/rate-exceeded-answered', 'fail missing'],
    ['no-strikes', 'limits/rate-strikes-close', 'fail never'],
    ['early-strikes', 'limits/rate-strikes-close', 'fail too-early'],
    ['never-recovers', 'limits/rate-recovers', 'fail refused'],
    ['rate-of-the-user', 'limits/rate-per-connection', 'fail refused'],
    ['invalid-for-free', 'limits/rate-counts-invalid', 'fail not-counted'],
  ])(
    '%s is seen by %s as %s',
    async (fault, rule, verdict) => {
      expect(decided(await run(fault, [rule]))[rule]).toBe(verdict);
    },
    60_000,
  );

  it('say of an error before the close of a refusal that one thing is wrong', async () => {
    const { 'auth/token-not-logged': _log, ...told } = decided(await run('talks-before-the-close', ['auth/*']));
    expect(told).toEqual({ 'auth/refusal-silent': 'fail sent' });
  }, 60_000);

  it('see in the whole run what no single case asks for', async () => {
    const undeclared = await run('binary-undeclared-code', ['limits/binary-*', 'close-codes/declared']);
    expect(decided(undeclared)['close-codes/declared']).toBe('fail undeclared');
    expect(undeclared.cases.find((one) => one.rule === 'close-codes/declared')?.frames.length).toBeGreaterThan(0);
    const echoed = await run('echoes-token', ['auth/bad-signature-refused', 'auth/token-not-echoed']);
    expect(decided(echoed)['auth/token-not-echoed']).toBe('fail echoed');
    expect(JSON.stringify(echoed.cases)).not.toMatch(/eyJ|[\w-]{43}/);
  }, 60_000);
});
