import { describe, expect, it } from 'vitest';
import { channelsBySize, passedBy } from '../../proof/nulls.ts';
import { bundledStand } from '../../proof/stand.ts';
import { deserved } from './deserved.ts';
import { nullServers } from './index.ts';

const stand = bundledStand();
// The one with the fewest messages: on a server that answers nothing, each case waits as long as it may.
const channel = process.env.NULL_CHANNEL ?? channelsBySize(stand)[0]!;

/** One of those on which what comes back could pass for an answer: a room is sent what has the name of what was said. */
const relaying = channelsBySize(stand).find((name) => {
  const { clientMessages, serverMessages } = stand.contract.channels.find((one) => one.name === name)!;
  return serverMessages.some(
    ({ type, delivery }) => delivery?.to === 'room' && clientMessages.some((message) => message.type === type),
  );
})!;

async function expectOnlyDeserved(name: keyof typeof nullServers, on = channel): Promise<void> {
  const { passed, declared, error } = await passedBy(stand, name, [on], false);
  if (name === 'closes-at-once') expect(error).toContain('accepted no valid connection');
  else expect(error).toBeNull();
  expect([...passed].sort()).toEqual(
    Object.keys(deserved[name])
      .filter((rule) => declared.has(rule))
      .sort(),
  );
}

const names = Object.keys(nullServers) as (keyof typeof nullServers)[];

describe.concurrent('a server that keeps no contract, and is quiet about it', () => {
  it.each(names.filter((name) => name !== 'flood'))(
    '%s passes what it deserves alone',
    (name) => expectOnlyDeserved(name),
    180_000,
  );

  it('echo passes no more where what it sends back has the name of an answer', async () => {
    expect(relaying).not.toBe(channel);
    await expectOnlyDeserved('echo', relaying);
  }, 180_000);
});

// Beside the others it would make the suite more patient with each of them.
describe('a server that keeps no contract, and talks all the time', () => {
  it('passes what it deserves alone', () => expectOnlyDeserved('flood'), 180_000);
});
