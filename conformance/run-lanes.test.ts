import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lobbyContract } from './fixtures/lobby.ts';
import { type Lobby, lobbySecret, startLobby } from './fixtures/lobby-server.ts';
import { type Case, Failed, Inconclusive, type Rule } from './rule.ts';
import { runServerConformance } from './run.ts';
import { targetFromUrl } from './target/target.ts';

let lobby: Lobby;

beforeEach(async () => {
  lobby = await startLobby('none');
});

afterEach(() => lobby.close());

function rule(id: Rule['id'], run: Case['run'], more: Partial<Case> = {}): Rule {
  return {
    id,
    level: 'MUST',
    role: 'server',
    sentence: id,
    cases: (_contract, { name, source }) => [
      { channel: name, level: 'MUST', source, needs: { users: 1 }, ...more, run },
    ],
  };
}

async function verdicts(from: readonly Rule[]): Promise<Record<string, string>> {
  const users = [{ id: 'user-0', name: 'User 0', roles: [] }];
  const tokens = { secret: lobbySecret, algorithm: 'HS256' as const, claims: {} };
  const result = await runServerConformance(lobbyContract, { ...targetFromUrl(lobby.url), users, tokens }, { from });
  expect(result.harnessError).toBeUndefined();
  return Object.fromEntries(result.cases.map((one) => [one.rule, one.verdict]));
}

describe('a run through its lanes', () => {
  it('repeats what was inconclusive, alone and with nothing kept of what was observed', async () => {
    let observed = 0;
    let beside = 0;
    const shared = () =>
      rule('limits/shared', async (kit) => {
        const seen = await kit.once('seen', async () => {
          observed += 1;
          return observed;
        });
        if (seen === 1) throw new Inconclusive('the first look is spoilt');
        expect(beside).toBe(0);
      });
    const other = rule('limits/other', async (kit) => {
      beside += 1;
      await kit.connect();
      beside -= 1;
    });
    expect(await verdicts([shared(), other])).toEqual({ 'limits/shared': 'pass', 'limits/other': 'pass' });
    expect(observed).toBe(2);
  });

  it('gives up a case that stays inconclusive', async () => {
    let runs = 0;
    const never = rule('limits/never', async () => {
      runs += 1;
      throw new Inconclusive('too loud');
    });
    expect(await verdicts([never])).toEqual({ 'limits/never': 'inconclusive' });
    expect(runs).toBe(4);
  });

  it('judges a quiet case that failed beside the work of others by what it finds in quiet', async () => {
    let working = 0;
    let looks = 0;
    let sayLooked = () => {};
    const looked = new Promise<void>((resolve) => {
      sayLooked = resolve;
    });
    const work = rule('limits/work', async () => {
      working += 1;
      await looked;
      working -= 1;
    });
    const quiet = rule(
      'heartbeat/quiet',
      async () => {
        looks += 1;
        await new Promise((resolve) => setImmediate(resolve));
        const isLoud = working > 0;
        sayLooked();
        if (isLoud || looks === 1) throw new Failed('in time', 'late');
      },
      { lane: 'quiet' },
    );
    expect(await verdicts([work, quiet])).toEqual({ 'limits/work': 'pass', 'heartbeat/quiet': 'pass' });
    expect(looks).toBe(2);
  });

  it('repeats what failed while the suite itself was late', async () => {
    let runs = 0;
    const late = rule('limits/late', async () => {
      runs += 1;
      const until = performance.now() + 300;
      while (performance.now() < until);
      if (runs === 1) throw new Failed('an answer', 'none');
    });
    expect(await verdicts([late])).toEqual({ 'limits/late': 'pass' });
    expect(runs).toBe(2);
  });

  it('believes what fails again in quiet', async () => {
    const late = async () => {
      throw new Failed('in time', 'late');
    };
    const work = rule('limits/work', async (kit) => void (await kit.connect()));
    const broken = [rule('heartbeat/quiet', late, { lane: 'quiet' }), rule('limits/broken', late)];
    expect(await verdicts([work, ...broken])).toEqual({
      'limits/work': 'pass',
      'heartbeat/quiet': 'fail',
      'limits/broken': 'fail',
    });
  });
});
