// centrifuge-js with one subscription; the server answers connect and subscribe, and pings as Centrifugo does.
import { Centrifuge } from 'centrifuge';

export function open(onMessage) {
  const client = new Centrifuge('wss://server.test/connection/websocket');
  const subscription = client.newSubscription('room');
  subscription.on('publication', ({ data }) => onMessage(data));
  subscription.subscribe();
  client.connect();
}

let offset = 0;

export const server = {
  hello: [],
  ping: { text: '{}', everyMs: 25_000 },
  answer: (text) =>
    text.split('\n').flatMap((line) => {
      const command = JSON.parse(line);
      if (command.connect !== undefined) {
        const connect = { client: 'c', version: 'server', ping: 25, pong: true };
        return [JSON.stringify({ id: command.id, connect })];
      }
      return command.subscribe === undefined ? [] : [JSON.stringify({ id: command.id, subscribe: {} })];
    }),
  frame(message) {
    offset += 1;
    return JSON.stringify({ push: { channel: 'room', pub: { data: message, offset } } });
  },
};
