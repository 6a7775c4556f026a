import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test, vi } from 'vitest';
import { browserEnvironment, type EnvironmentEvent } from './environment.ts';

afterEach(() => vi.unstubAllGlobals());

test('a page: what it is, its events until the listener is taken away', () => {
  const target = new EventTarget();
  const page = { hidden: false, visibilityState: 'visible' };
  vi.stubGlobal('addEventListener', target.addEventListener.bind(target));
  vi.stubGlobal('document', page);
  vi.stubGlobal('navigator', { onLine: false });
  expect([browserEnvironment.isOnline(), browserEnvironment.isHidden()]).toEqual([false, false]);
  const heard: EnvironmentEvent[] = [];
  const stop = browserEnvironment.listen((event) => heard.push(event));
  const fire = (name: string) => target.dispatchEvent(new Event(name));
  for (const name of ['offline', 'online', 'visibilitychange', 'pagehide', 'pageshow']) fire(name);
  Object.assign(page, { hidden: true, visibilityState: 'hidden' });
  fire('visibilitychange');
  expect(browserEnvironment.isHidden()).toBe(true);
  stop();
  fire('online');
  expect(heard).toEqual(['offline', 'online', 'visible', 'pagehide', 'pageshow', 'hidden']);
});

test('outside a browser there is no page, and nothing to listen to', () => {
  vi.stubGlobal('navigator', undefined);
  vi.stubGlobal('addEventListener', undefined);
  expect([browserEnvironment.isOnline(), browserEnvironment.isHidden()]).toEqual([true, false]);
  expect(() => browserEnvironment.listen(() => {})()).not.toThrow();
});

test('importing and making a client touches nothing global', () => {
  const entry = fileURLToPath(new URL('index.ts', import.meta.url));
  const tables = fileURLToPath(new URL('fixtures/tables.ts', import.meta.url));
  // In a process of its own, where whatever a browser or a server has is watched.
  const script = `
    const touched = [];
    for (const name of ['window', 'document', 'navigator', 'location', 'localStorage', 'addEventListener', 'WebSocket'])
      Object.defineProperty(globalThis, name, { configurable: true, get: () => void touched.push(name) });
    const before = new Set(Object.getOwnPropertyNames(globalThis));
    const { createClient } = await import(${JSON.stringify(entry)});
    const { accepting, feed } = await import(${JSON.stringify(tables)});
    const imported = [...touched];
    for (const name of ['setTimeout', 'setInterval', 'queueMicrotask']) globalThis[name] = () => touched.push(name);
    const client = createClient(feed, accepting('NEWS'), { parameters: {}, query: {}, WebSocket: class {} });
    client.on('NEWS', () => {});
    client.subscribe(() => {});
    const { state } = client;
    const added = Object.getOwnPropertyNames(globalThis).filter((name) => !before.has(name));
    console.log(JSON.stringify({ imported, touched, added, same: state === client.state, name: state.name }));
  `;
  const args = ['--conditions=@wirepact/source', '--import', 'tsx', '--input-type=module', '--eval', script];
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  expect(stderr).toBe('');
  // The address of the page and its WebSocket are read when a client is made, or later.
  const { touched, ...rest } = JSON.parse(stdout);
  expect(rest).toEqual({ imported: [], added: [], same: true, name: 'idle' });
  expect(touched).toEqual([]);
});
