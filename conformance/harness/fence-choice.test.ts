import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { Channel, Contract } from '../../scripts/model.ts';
import { roundTripFence } from './fence-choice.ts';

const { channels } = JSON.parse(
  readFileSync(new URL('../../generated/model.json', import.meta.url), 'utf8'),
) as Contract;

/** A channel whose only request with an answer also tells the room, with a number or without. */
const withOneRequest = (messages: readonly string[]): Channel => {
  const channel = channels.find(({ clientMessages }) => clientMessages.some(({ idempotent }) => idempotent !== null))!;
  const request = channel.clientMessages.find(({ idempotent }) => idempotent !== null)!;
  const ack = channel.serverMessages.find(({ key }) => key === request.idempotent!.answer)!;
  const reply = { ...channel.clientMessages.find((one) => one.reply !== null)!.reply!, messages: [ack.key] };
  const numbered = { ...channels.find(({ resync }) => resync !== null)!.resync!, messages };
  return { ...channel, heartbeats: [], clientMessages: [{ ...request, reply }], resync: numbered };
};

it('takes no request that uses up a number of the sequence', () => {
  const [effect] = withOneRequest([]).serverMessages.filter(({ triggers, delivery }) =>
    triggers.some((one) => one.on === 'message' && delivery?.to === 'room'),
  );
  expect(roundTripFence(withOneRequest([]), () => true)).not.toBeNull();
  expect(roundTripFence(withOneRequest([effect!.key]), () => true)).toBeNull();
});
