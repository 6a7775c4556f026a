import { describe, expect, test } from 'vitest';
import { sampleCase } from '../report/fixtures/sample-run.ts';
import type { CaseResult } from '../result.ts';
import { type KnownEntry, KnownListError, parseKnown } from './known.ts';
import { checkKnown } from './known-check.ts';

const entry = (more: string): string => `- rule: delivery/receivers\n  reason: later\n  until: 2030-01-01\n${more}`;

test('an entry with everything', () => {
  const text = `# why\n- rule: delivery/receivers@lobby.SAY\n  reason: waits for the new broker\n  until: 2030-02-28\n  verdict: fail\n  observed: duplicate\n`;
  expect(parseKnown(text, 'known.yaml')).toEqual({
    file: 'known.yaml',
    entries: [
      {
        rule: 'delivery/receivers@lobby.SAY',
        reason: 'waits for the new broker',
        until: '2030-02-28',
        verdict: 'fail',
        observed: 'duplicate',
        line: 2,
      },
    ],
  });
});

test.each(['', '# nothing\n', '[]\n'])('an empty list: %j', (text) => {
  expect(parseKnown(text, 'known.yaml').entries).toEqual([]);
});

describe('what is wrong is said with file and line', () => {
  test.each([
    ['rule: x', ['known.yaml:1: The known list must be a list.']],
    ['- just words', ['known.yaml:1: An entry must be a mapping.']],
    ['- rule: a/b', ['`reason` must be a text', '`until` must be a text']],
    ['- {rule: a/b, reason: r, until: 2030-02-30}', ['`until: 2030-02-30` is no date']],
    ['- {rule: a/b, reason: r, until: soon}', ['`until: soon` is no date']],
    [entry('  verdict: inconclusive'), ['`verdict: inconclusive` cannot be accepted']],
    [entry('  untill: 2030-01-01'), ['Unknown key `untill`']],
    [entry(entry('')), ['known.yaml:4: `delivery/receivers` is listed already, in line 1']],
    ['- rule: [', ['known.yaml:']],
  ])('%j', (text, messages) => {
    expect(() => parseKnown(text, 'known.yaml')).toThrow(KnownListError);
    for (const message of messages) expect(() => parseKnown(text, 'known.yaml')).toThrow(message);
  });
});

describe('entries against cases', () => {
  const say = (change: Partial<CaseResult>): CaseResult =>
    sampleCase({ instance: 'delivery/receivers@lobby.SAY', ...change });
  const move = (change: Partial<CaseResult>): CaseResult =>
    sampleCase({ instance: 'delivery/receivers@lobby.MOVE', ...change });
  const check = (entries: readonly Partial<KnownEntry>[], cases: readonly CaseResult[], names?: readonly string[]) => {
    const full = entries.map((one, index) => ({
      rule: 'delivery/receivers',
      reason: 'later',
      until: '2026-06-30',
      line: index + 1,
      ...one,
    }));
    const options = { today: '2026-06-30', ...(names === undefined ? {} : { names }) };
    const outcome = checkKnown({ file: 'known.yaml', entries: full }, cases, options);
    return {
      accepted: cases.filter((one) => outcome.accepted.has(one)).map((one) => one.instance),
      problems: outcome.problems.map((problem) => `${problem.line} ${problem.kind}`),
      messages: outcome.problems.map((problem) => problem.message),
    };
  };
  const SAY = 'delivery/receivers@lobby.SAY';

  test.each<[string, Partial<KnownEntry>, Partial<CaseResult>, readonly string[], readonly string[]]>([
    ['fails as listed', {}, { verdict: 'fail' }, [SAY], []],
    ['warns as listed', {}, { verdict: 'warn' }, [SAY], []],
    ['not testable as listed', { verdict: 'not-testable' }, { verdict: 'not-testable' }, [SAY], []],
    ['the slug matches', { observed: 'leaked' }, { verdict: 'fail', reason: 'leaked' }, [SAY], []],
    ['words of what was observed match', { observed: 'SAY twice' }, { verdict: 'fail' }, [SAY], []],
    ['passes', {}, { verdict: 'pass' }, [], ['1 stale']],
    ['another reason', { observed: 'leaked' }, { verdict: 'fail', reason: 'duplicate' }, [], ['1 changed']],
    ['another verdict', { verdict: 'not-testable' }, { verdict: 'fail' }, [], ['1 changed']],
    ['expired', { until: '2026-06-29' }, { verdict: 'fail' }, [], ['1 expired']],
    ['holds on its last day', { until: '2026-06-30' }, { verdict: 'fail' }, [SAY], []],
    ['does not apply', {}, { verdict: 'not-applicable' }, [], ['1 stale']],
    ['unknown', { rule: 'delivery/no-such-rule' }, { verdict: 'fail' }, [], ['1 unknown']],
    ['an inconclusive case is neither', {}, { verdict: 'inconclusive' }, [], []],
    ['nor is one that broke', {}, { verdict: 'error' }, [], []],
  ])('%s', (_title, listed, seen, accepted, problems) => {
    expect(check([listed], [say(seen)])).toMatchObject({ accepted, problems });
  });

  test('a rule of the contract that this run left out is no problem', () => {
    expect(check([{ rule: 'auth/x@lobby' }], [say({})], ['auth/x@lobby'])).toMatchObject({
      accepted: [],
      problems: [],
    });
  });

  test('an entry of a rule hides no case that passes', () => {
    const outcome = check([{}], [say({ verdict: 'fail' }), move({})]);
    expect(outcome.problems).toEqual(['1 stale']);
    expect(outcome.messages).toEqual([`delivery/receivers@lobby.MOVE now passes. List what is left by case: ${SAY}.`]);
  });

  test('an entry of a rule and one of a case of it', () => {
    const cases = [say({ verdict: 'fail', reason: 'leaked' }), move({ verdict: 'fail', reason: 'duplicate' })];
    const outcome = check([{ observed: 'duplicate' }, { rule: SAY, observed: 'leaked' }], cases);
    expect(outcome.accepted).toHaveLength(2);
    expect(outcome.problems).toEqual([]);
  });

  test('what has changed is said', () => {
    const seen = say({ verdict: 'fail', observed: 'nothing came', reason: 'lost' });
    expect(check([{ verdict: 'fail', observed: 'leaked' }], [seen]).messages).toEqual([
      `Listed as fail, \`leaked\`; ${SAY} is now fail: nothing came. Mend it, or change the entry.`,
    ]);
  });
});
