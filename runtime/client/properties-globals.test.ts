import { afterEach, expect, test, vi } from 'vitest';
import { accepting, feed } from './fixtures/tables.ts';

const names = [
  'window',
  'document',
  'navigator',
  'location',
  'WebSocket',
  'addEventListener',
  'localStorage',
  'crypto',
];
const before = new Map(names.map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)]));

afterEach(() => {
  for (const [name, descriptor] of before) {
    Reflect.deleteProperty(globalThis, name);
    if (descriptor) Object.defineProperty(globalThis, name, descriptor);
  }
});

/** Every global of a page, told when it is touched. */
function watchGlobals(): string[] {
  const touched: string[] = [];
  for (const name of names) {
    const get = () => void touched.push(name);
    Object.defineProperty(globalThis, name, { configurable: true, get });
  }
  return touched;
}

test('31: importing touches no global of the page', async () => {
  vi.resetModules();
  const touched = watchGlobals();
  const { createClient } = await import('./index.ts');
  expect(touched).toEqual([]);
  expect(createClient).toBeTypeOf('function');
});

test('31: a client that is made and looked at where there is no page, as a server renders, asks for none', async () => {
  vi.resetModules();
  const { createClient } = await import('./index.ts');
  const touched = watchGlobals();
  const client = createClient(feed, accepting(), {});
  expect(client.state).toMatchObject({ name: 'idle', ready: false });
  client.subscribe(() => {})();
  client.dispose();
  // The constructor is looked up when a client is made, and missed when it is needed.
  expect(touched.filter((name) => name !== 'WebSocket')).toEqual([]);
  expect(() => createClient(feed, accepting(), {}).connect()).toThrow('no WebSocket: pass one');
});
