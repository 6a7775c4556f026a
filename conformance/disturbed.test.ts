import { describe, expect, it } from 'vitest';
import { wasBeaten } from './disturbed.ts';
import { lobbyContract } from './fixtures/lobby.ts';
import type { TraceFrame } from './result.ts';
import type { Case, Lane } from './rule.ts';

const [lobby] = lobbyContract.channels;
if (lobby === undefined) throw new Error('the fixture has a channel');
const source = { pointer: '', line: 1 };
const beat = { ...lobby.heartbeats[0], timeoutCode: 4008 };
const channel = { ...lobby, heartbeats: [beat as (typeof lobby.heartbeats)[number]] };

function closedWith(code: number, direction: TraceFrame['direction'] = 'received'): { frames: readonly TraceFrame[] } {
  return { frames: [{ atMs: 1, connection: 'member', direction, kind: 'close', data: '', bytes: 0, code }] };
}

function due(lane: Lane): { one: Case; channel: typeof channel } {
  return { channel, one: { channel: channel.name, level: 'MUST', source, lane, run: async () => {} } };
}

describe('a case that may be broken by the machine', () => {
  it('had a connection ended by a heartbeat that it was not about', () => {
    expect(wasBeaten(due('parallel'), closedWith(4008))).toBe(true);
  });

  it('is none that measures heartbeats, ended otherwise, or sent the code itself', () => {
    expect(wasBeaten(due('quiet'), closedWith(4008))).toBe(false);
    expect(wasBeaten(due('parallel'), closedWith(4001))).toBe(false);
    expect(wasBeaten(due('parallel'), closedWith(4008, 'sent'))).toBe(false);
  });
});
