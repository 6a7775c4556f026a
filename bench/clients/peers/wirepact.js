// The generated client of a bundled channel, with validation, order and resync on. Its attempts are not counted here, as those
// of the others are not: it would give up after ten.
import { arenaClient, arenaTable } from '../../../generated/channels/arena/client.ts';

export function open(onMessage) {
  const reconnect = { ...arenaTable.reconnect };
  delete reconnect.attempts;
  const client = arenaClient({
    url: 'wss://server.test/arena',
    parameters: { roomId: 'room' },
    token: () => 'token',
    override: { reconnect },
  });
  client.on('DELTA_UPDATE', onMessage);
  client.connect();
}

export const server = {
  hello: [],
  answer(text) {
    const { type } = JSON.parse(text);
    if (type === 'JOIN_ROOM') return [JSON.stringify({ type: 'STATE_SNAPSHOT', seq: 0, state: {} })];
    return type === 'PING' ? [JSON.stringify({ type: 'PONG' })] : [];
  },
  frame: (message) => JSON.stringify(message),
};
