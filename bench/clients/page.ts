// What clients take for a page, in Node: the globals of a browser without the browser, and events that a bench can cause.

/** Where what happens to the page is told: `online`, `visibilitychange`, `focus`. */
export const events = new EventTarget();

const target = {
  addEventListener: events.addEventListener.bind(events),
  removeEventListener: events.removeEventListener.bind(events),
  dispatchEvent: events.dispatchEvent.bind(events),
};

/** @param own what is particular to this page: its socket, its clock */
export function makePage(own: { readonly [name: string]: unknown }): void {
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
    ...own,
  };
  for (const [name, value] of Object.entries(globals))
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
}
