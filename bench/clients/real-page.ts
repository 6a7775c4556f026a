// A page with a real socket: time and timers are Node's own, and every address leads to the one server that is given.
import { WebSocket } from 'ws';

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

const events = new EventTarget();
const target = {
  addEventListener: events.addEventListener.bind(events),
  removeEventListener: events.removeEventListener.bind(events),
  dispatchEvent: events.dispatchEvent.bind(events),
};
const globals: { readonly [name: string]: unknown } = {
  ...target,
  window: globalThis,
  self: globalThis,
  document: { ...target, visibilityState: 'visible', hidden: false },
  navigator: { onLine: true, userAgent: 'page', product: 'page' },
  location: {
    protocol: 'https:',
    hostname: 'server.test',
    host: 'server.test',
    port: '',
    href: 'https://server.test/',
  },
  WebSocket: PageSocket,
};
for (const [name, value] of Object.entries(globals))
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
