// A page with a real socket: time and timers are Node's own, and every address leads to the one server that is given.
import { WebSocket } from 'ws';
import { makePage } from './page.ts';

const page = { server: '' };

/** @param port of the server on this machine to which every socket leads from now on */
export const leadTo = (port: number): void => {
  page.server = `ws://127.0.0.1:${port}/`;
};

class PageSocket extends WebSocket {
  constructor(_url: string | URL, protocols?: string | string[]) {
    super(page.server, protocols, { perMessageDeflate: false });
  }
}

makePage({ WebSocket: PageSocket });
