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

let sequence = 0;

export const server = {
  hello: [],
  answer(text) {
    const { type } = JSON.parse(text);
    if (type === 'JOIN_ROOM') return [JSON.stringify({ type: 'STATE_SNAPSHOT', seq: sequence, state: {} })];
    return type === 'PING' ? [JSON.stringify({ type: 'PONG' })] : [];
  },
  frame(payload) {
    sequence += 1;
    return JSON.stringify({
      type: 'DELTA_UPDATE',
      seq: sequence,
      timestamp: '2026-01-01T00:00:00.000Z',
      changes: payload,
    });
  },
};
