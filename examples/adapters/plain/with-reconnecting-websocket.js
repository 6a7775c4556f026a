// A client as users of the package reconnecting-websocket write it: its defaults, and a message handler.
import ReconnectingWebSocket from 'reconnecting-websocket';
import { WebSocket } from 'ws';

export function connectAgainAndAgain({ url, getToken, scale, onOpen, onMessage, onClose }) {
  const socket = new ReconnectingWebSocket(async () => url(await getToken()), [], {
    WebSocket,
    // The package's own defaults, at the speed of the suite's clock.
    minReconnectionDelay: (1000 + Math.random() * 4000) * scale,
    maxReconnectionDelay: 10_000 * scale,
    minUptime: 5000 * scale,
    connectionTimeout: 4000 * scale,
  });
  socket.addEventListener('open', onOpen);
  socket.addEventListener('message', ({ data }) => onMessage(JSON.parse(data)));
  socket.addEventListener('close', ({ code }) => onClose(code));
  return {
    // Kept by the package while there is no connection; what becomes of it is told to nobody.
    send: (message) => socket.send(JSON.stringify(message)),
    reconnect: () => socket.reconnect(),
    close: () => socket.close(),
  };
}
