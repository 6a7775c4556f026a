// A client as it is often written first: a socket, a wait that is always the same, and JSON.parse in the handler.
import { WebSocket } from 'ws';

export function connectNaively({ url, getToken, pingMs, retryMs, onOpen, onMessage, onClose }) {
  let socket = null;
  let isClosed = false;

  async function open() {
    socket = new WebSocket(url(await getToken()));
    let ping;
    socket.onopen = () => {
      ping = setInterval(() => socket.send(JSON.stringify({ type: 'ping' })), pingMs);
      onOpen();
    };
    socket.onmessage = ({ data }) => onMessage(JSON.parse(data));
    socket.onerror = () => {};
    socket.onclose = ({ code }) => {
      clearInterval(ping);
      onClose(code);
      if (!isClosed) setTimeout(open, retryMs);
    };
  }

  open();
  return {
    send: (message) => socket.send(JSON.stringify(message)),
    close() {
      isClosed = true;
      socket?.close();
    },
  };
}
