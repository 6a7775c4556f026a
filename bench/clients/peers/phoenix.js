// Phoenix's socket with one channel joined; the server answers joins and heartbeats.
import { Socket } from 'phoenix';

export function open(onMessage) {
  const socket = new Socket('wss://server.test/socket', {});
  socket.connect();
  const channel = socket.channel('room:1', {});
  channel.on('message', onMessage);
  channel.join();
}

export const server = {
  hello: [],
  answer(text) {
    const [joinRef, ref, topic, event] = JSON.parse(text);
    if (event !== 'phx_join' && event !== 'heartbeat') return [];
    return [JSON.stringify([joinRef, ref, topic, 'phx_reply', { status: 'ok', response: {} }])];
  },
  /** The first join of a client has the reference 3 or less; messages carry none and reach every joined channel. */
  frame: (message) => JSON.stringify([null, null, 'room:1', 'message', message]),
};
