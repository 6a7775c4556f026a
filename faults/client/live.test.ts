import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { ClientTales } from '../../proof/client-live.ts';
import type { Contract } from '../../scripts/model.ts';
import { clientFaults } from './index.ts';

const contract: Contract = JSON.parse(readFileSync(new URL('../../generated/model.json', import.meta.url), 'utf8'));
const tales = new ClientTales(contract);

beforeAll(async () => {
  for (const channel of contract.channels) await tales.correct(channel);
});

it('tells the same story twice of a client without a fault', async () => {
  for (const channel of contract.channels) {
    const again = await tales.tell(channel, null);
    expect(again.split('\n').length).toBeGreaterThan(100);
    const first = (await tales.correct(channel)).split('\n');
    expect(again.split('\n').find((line, index) => line !== first[index])).toBeUndefined();
  }
});

describe('a client with the fault behaves otherwise', () => {
  for (const fault of clientFaults) {
    it(fault.id, async () => {
      expect(tales.placesOf(fault)).not.toEqual([]);
      expect(await tales.isLive(fault)).toBe(true);
    });
  }
});
