import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { Window } from 'happy-dom';
import { act, createElement, type FunctionComponent } from 'react';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { outputFolder } from '../fixtures/compiled.ts';
import { channel, clientMessage, contract, flat, serverMessage } from './fixtures/contract.ts';
import { emitters } from './index.ts';
import { emitReact } from './react.ts';

const text = { text: { type: 'string' } } as const;
const lobby = channel('lobby', {
  clientMessages: [clientMessage('SAY', 'Say', flat('SAY', text, ['text']))],
  serverMessages: [
    serverMessage('SAID', 'Said', flat('SAID', text, ['text'])),
    serverMessage('BYE', 'Bye', flat('BYE')),
  ],
});
const output = outputFolder();
const at = (file: string): string => join(output.path, 'lobby', 'channels', 'lobby', file);

interface Said {
  readonly text: string;
}

/** What is used here of the generated module. */
interface Hooks {
  readonly LobbyProvider: FunctionComponent<{ readonly client: object; readonly children?: unknown }>;
  readonly useLobby: () => object;
  readonly useLobbyStatus: () => { readonly state: string };
  readonly useLobbyMessages: (type: string) => readonly Said[];
  readonly useLobbySubscription: (type: string, handler: (message: Said) => void) => void;
  readonly useLobbyState: <S>(initial: S, on: { SAID: (state: S, message: Said) => S }) => [S, unknown];
}

beforeAll(async () => {
  const texts = new Map<string, string>();
  for (const emit of [...emitters, emitReact])
    for (const [path, content] of await emit(contract([lobby]))) texts.set(path, content);
  output.add('lobby', texts);
  // Not the environment of the whole file: in that one, no path leads to this checkout.
  const window = new Window();
  const { document, navigator } = window;
  const requestAnimationFrame = (call: () => void) => setTimeout(call);
  const globals = { window, document, navigator, requestAnimationFrame, IS_REACT_ACT_ENVIRONMENT: true };
  for (const [name, value] of Object.entries(globals)) vi.stubGlobal(name, value);
});
afterAll(() => {
  output.remove();
  vi.unstubAllGlobals();
});

test('the hooks are about the client of the nearest provider', async () => {
  const hooks: Hooks = await import(pathToFileURL(at('react.ts')).href);
  const { createRoot } = await import('react-dom/client');
  const handlers = new Map<string, Set<(message: Said) => void>>();
  const calls: string[] = [];
  const client = {
    state: { name: 'connected', ready: true, attempt: 0 },
    subscribe: () => () => {},
    onReport: () => () => {},
    connect: () => calls.push('connect'),
    close: () => calls.push('close'),
    on: (type: string, call: (message: Said) => void) => {
      handlers.set(type, (handlers.get(type) ?? new Set()).add(call));
      return () => handlers.get(type)?.delete(call);
    },
  };
  const heard: string[] = [];
  let seen: unknown;
  const Line = () => {
    hooks.useLobbySubscription('SAID', (message) => heard.push(message.text));
    const [length] = hooks.useLobbyState(0, { SAID: (sum, message) => sum + message.text.length });
    const { state } = hooks.useLobbyStatus();
    seen = [hooks.useLobby() === client, state, hooks.useLobbyMessages('SAID').map((message) => message.text), length];
    return null;
  };
  const root = createRoot(document.createElement('div'));
  await act(async () => root.render(createElement(hooks.LobbyProvider, { client }, createElement(Line))));
  await act(async () => {
    for (const call of handlers.get('SAID') ?? []) call({ text: 'hello' });
    await new Promise((resolve) => requestAnimationFrame(resolve));
  });
  expect(heard).toEqual(['hello']);
  expect(seen).toEqual([true, 'connected', ['hello'], 5]);
  await act(async () => root.unmount());
  await new Promise((resolve) => setTimeout(resolve));
  expect([...handlers.values()].map(({ size }) => size)).toEqual([0]);
});

test('a type that the channel does not have, and a handler of another, do not compile', () => {
  const program = (line: string) =>
    `import { LobbyProvider, useLobbyMessages, useLobbySend, useLobbyState, useLobbySubscription } from './lobby/channels/lobby/react.js';\n${line}\n`;
  const right = [
    "useLobbySubscription('SAID', ({ text }) => text.length);",
    "const texts: string[] = useLobbyMessages('SAID').map(({ text }) => text); void texts;",
    "void useLobbySend().send('SAY', { text: 'hello' });",
    'useLobbyState(0, { SAID: (sum, { text }) => sum + text.length });',
    "LobbyProvider({ url: 'ws://localhost' });",
  ];
  const wrong = right.map((line) =>
    line
      .replace("'SAID'", "'SAY'")
      .replace("'SAY', { text", "'SAY', { words")
      .replace('SAID:', 'SAYS:')
      .replace('url:', 'uri:'),
  );
  const files = new Map([...right.entries()].map(([index, line]) => [`right${index}.ts`, program(line)]));
  for (const [index, line] of wrong.entries()) files.set(`wrong${index}.ts`, program(line));
  output.add('.', files);
  const found = output.compile().join('\n');
  expect(found).not.toMatch(/right\d|lobby\/channels/);
  for (const index of wrong.keys()) expect(found).toContain(`wrong${index}.ts`);
});

test('a browser loads of it what is used, and React for nobody who does not import it', async () => {
  const bundled = async (contents: string): Promise<string> => {
    const { outputFiles } = await build({
      stdin: { contents, resolveDir: output.path },
      ...{ bundle: true, write: false, format: 'esm', platform: 'browser', external: ['react'] },
      conditions: ['@wirepact/source'],
    });
    return outputFiles[0]?.text ?? '';
  };
  const own = await bundled("export { useLobbyClient } from './lobby/channels/lobby/react.ts';");
  expect(own).toContain('useInsertionEffect');
  expect(own).not.toMatch(/createContext|useState/);
  const plain = await bundled("export * from './lobby/channels/lobby/client.ts'; export * from './lobby/index.ts';");
  expect(plain).not.toMatch(/['"]react['"]/);
});
