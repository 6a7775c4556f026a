// Rules are never renamed, weakened or used again for something else: what was published once stays as it was.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseContract } from '../scripts/parse/load.ts';
import { listRules } from './index.ts';

const frozen = readFileSync(new URL('./frozen-rules.txt', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'));

const listed = listRules(parseContract('asyncapi.yaml')).map((rule) => `${rule.id} ${rule.level} ${rule.role}`);

describe('the list of rules', () => {
  it('has no id twice', () => {
    const ids = listed.map((line) => line.split(' ')[0]);
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
  });

  it('has every rule that was ever published, at its level and for its role', () => {
    expect(frozen.filter((line) => !listed.includes(line))).toEqual([]);
  });

  it('has no rule that is not in frozen-rules.txt: add a new one there', () => {
    expect(listed.filter((line) => !frozen.includes(line))).toEqual([]);
  });
});
