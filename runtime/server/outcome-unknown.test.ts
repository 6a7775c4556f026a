import { afterEach, expect, it } from 'vitest';
import { systemClock } from './clock.ts';
import { memoryEngine } from './engine-memory.ts';
import { type Lobby, startLobby } from './fixtures/lobby-server.ts';
import { OutcomeUnknownError } from './refusal.ts';
import type { Engine } from './seam.ts';

let lobby: Lobby;
afterEach(() => lobby.server.close());

/** Does what it is asked the first time, and then does not know that it did. */
const forgetful = (): Engine => {
  const inner = memoryEngine({ clock: systemClock });
  const { append } = inner;
  let isFirst = true;
  inner.append = async (entry) => {
    const number = await append.call(inner, entry);
    if (!isFirst) return number;
    isFirst = false;
    throw new OutcomeUnknownError(new Error('The link is gone.'));
  };
  return inner;
};

it('ends the connection where nobody knows what became of a message, and handles nothing that came after it', async () => {
  lobby = await startLobby({ engine: forgetful() });
  const [ada, bob] = [await lobby.joined('ada'), await lobby.joined('bob')];
  await ada.drain();
  const told: unknown[] = [];
  ada.socket.on('message', (data) => told.push(JSON.parse(String(data)).type));
  ada.send({ type: 'say', id: '1', text: 'first' });
  ada.send({ type: 'say', id: '2', text: 'second' });
  const { code } = await ada.closed;
  expect(code).toBe(1011);
  expect(told).toEqual(['said']);
  expect(lobby.log.map(({ event }) => event)).toEqual(['outcome-unknown']);
  const back = await lobby.joined('ada');
  back.send({ type: 'say', id: '1', text: 'first' });
  back.send({ type: 'say', id: '2', text: 'second' });
  expect(await back.until('ack')).toMatchObject({ id: '1' });
  const heard = [await bob.until('said'), await bob.until('said')];
  expect(heard.map(({ text, seq }) => [text, seq])).toEqual([
    ['first', 1],
    ['second', 2],
  ]);
});
