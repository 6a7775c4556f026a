import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type NullClient, nullClient } from '../../faults/client/null/index.ts';
import type { Contract } from '../../scripts/model.ts';
import { localAdapter } from '../adapter/local.ts';
import { runClientConformance } from './run.ts';

const contract: Contract = JSON.parse(readFileSync(new URL('../../generated/model.json', import.meta.url), 'utf8'));

const start = (kind: NullClient) => localAdapter(kind, (write) => nullClient(kind, write));

async function passedBy(
  kind: NullClient,
  channels: readonly string[],
  rules?: readonly string[],
): Promise<readonly string[]> {
  const result = await runClientConformance(contract, start(kind), { channels, ...(rules ? { rules } : {}) });
  expect(result.harnessError).toBeUndefined();
  if (rules) expect(result.cases.map(({ instance }) => instance)).toEqual(expect.arrayContaining([...rules]));
  return result.cases.filter(({ verdict }) => verdict === 'pass').map(({ instance }) => instance);
}

/** What a client has earned that connects when it is told to, properly, and then does nothing about anything. */
const deserved = [
  'handshake/client-address',
  'heartbeat/client-pongs',
  'reconnect/connect-after-stop',
  'reconnect/connect-is-idempotent',
  'reconnect/offline-keeps-connection',
  'reconnect/one-connection',
];

/** The suite waits for what never comes. */
const longMs = 240_000;

const channels = ['arena', 'bucketlist', 'chat'];

describe('null clients pass only what they deserve', () => {
  it(
    'never connects: nothing',
    async () => {
      expect(await passedBy('never-connects', channels)).toEqual([]);
    },
    longMs,
  );

  it(
    'connects and stays silent: that it did',
    async () => {
      const passed = await passedBy('silent', channels);
      expect(passed.filter((instance) => !deserved.includes(instance.split('@')[0] ?? ''))).toEqual([]);
      expect(passed).toContain('handshake/client-address@chat');
    },
    longMs,
  );

  it(
    'connects again in a tight loop: everything that says when to come back is broken',
    async () => {
      const broken = [
        'reconnect/backoff-delay@chat',
        'reconnect/backoff-jitter@chat',
        'reconnect/attempts-used-up@chat',
        'reconnect/no-reset-on-open@chat',
        'reconnect/no-reset-before-stable@chat',
        'reconnect/handshake-timeout@chat',
        'reconnect/close-is-final@chat',
        'reconnect/close-during-wait@chat',
        'reconnect/hidden-pauses@chat',
        'close-codes/client-stops@chat.1000',
        'close-codes/client-stops@chat.4003',
        'close-codes/client-refreshes-token@chat.4001',
        'queue/not-before-ready@chat',
      ];
      // No others beside them: in one process with the suite, a loop that has much to do is no tight one.
      expect(await passedBy('tight-loop', ['chat'], broken)).toEqual([]);
    },
    longMs,
  );

  it(
    'ignores everything and says that all went well',
    async () => {
      const passed = await passedBy('ignores-everything', channels);
      expect(passed.filter((instance) => !deserved.includes(instance.split('@')[0] ?? ''))).toEqual([]);
    },
    longMs,
  );

  it('is not believed when it says ok to what does not exist', async () => {
    const result = await runClientConformance(contract, start('liar'), { channels });
    expect(result.harnessError).toContain('a command that does not exist');
    expect(result.cases).toEqual([]);
  });
});
