import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { afterEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import type { Io } from './io.ts';
import { run } from './program.ts';
import { sampleUrl } from './sample-url.ts';
import { type ServeOptions, start } from './serve.ts';
import type { Served } from './served.ts';
import { addSettings, applyEnvironment, settings, settingsTable } from './settings.ts';

const read = (flags: readonly string[], environment: NodeJS.ProcessEnv): Record<string, unknown> => {
  const command = addSettings(new Command());
  command.parse([...flags], { from: 'user' });
  applyEnvironment(command, environment);
  return command.opts();
};

describe('settings of serve', () => {
  test('come from flags, else from the environment, else from the defaults', () => {
    const environment = {
      WIREPACT_PORT: '1',
      WIREPACT_HOST: '0.0.0.0',
      WIREPACT_ENGINE: '',
      WIREPACT_TRUST_PROXY: '1',
    };
    expect(read(['--port', '2', '--user-rate', '20/40'], environment)).toMatchObject({
      port: 2,
      host: '0.0.0.0',
      engine: 'memory',
      timeScale: 1,
      trustProxy: true,
      userRate: { perSecond: 20, burst: 40 },
    });
  });

  test('are each read from a variable of their own', () => {
    const values: { readonly [flag: string]: string } = {
      '<number>': '3',
      '<port>': '3',
      '<count>': '3',
      '<ms>': '3',
      '<rate>': '1/2',
      '<when>': 'on',
      '<form>': 'off',
      '<list>': 'https://a.example',
    };
    for (const { flag, variable } of settings) {
      const [, placeholder = ''] = flag.split(' ');
      const text = placeholder === '' ? '1' : (values[placeholder] ?? 'text');
      const before = read([], {});
      const after = read([], { [variable]: text });
      expect(after, variable).not.toEqual(before);
    }
  });

  test.each([
    ['WIREPACT_PORT', '70000', '"70000" is no port: a whole number from 0 to 65535.'],
    ['WIREPACT_TIME_SCALE', '0', '"0" is no number above 0.'],
    ['WIREPACT_COMPRESSION', 'yes', '"yes" is not known here. Give one of: contract, on, off.'],
    ['WIREPACT_ORIGINS', 'https://a.example/path', 'Give scheme and host, without a path: https://example.org.'],
    ['WIREPACT_HOSTS', 'a,,b', 'Give names with commas between them: a,b.'],
    ['WIREPACT_MAX_CONNECTIONS', '0', '"0" is no number of connections: a whole number from 1 on.'],
    ['WIREPACT_USER_RATE', '20', 'Give how many a second, and how many at once: 20/40.'],
    ['WIREPACT_TRUST_PROXY', 'yes', 'Give one of: 0, 1.'],
  ])('say of a bad %s what to do', (variable, text, sentence) => {
    expect(() => read([], { [variable]: text })).toThrow(`${variable}: `);
    expect(() => read([], { [variable]: text })).toThrow(sentence);
  });

  test('that are bad end the command with a sentence', async () => {
    process.env.WIREPACT_LOG = 'xml';
    const lines: string[] = [];
    const write = (line: string): number => lines.push(line);
    const code = await run(['serve'], { print: write, warn: write, color: false, verbose: false });
    delete process.env.WIREPACT_LOG;
    expect(code).toBe(4);
    expect(lines.join('')).toContain('WIREPACT_LOG: "xml" is not known here. Give one of: text, json, off.');
  });

  test('stand in one table of the README', () => {
    const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
    expect(readme).toContain(`<!-- settings -->\n${settingsTable()}<!-- /settings -->`);
  });
});

describe('serve', () => {
  let served: Served;
  afterEach(() => served.close());
  const silent: Io = { print() {}, warn() {}, color: false, verbose: false };
  const serve = async (options: Partial<ServeOptions>): Promise<Served> => {
    const contract = new URL('../asyncapi.yaml', import.meta.url).pathname;
    const base = { contract, port: 0, host: '127.0.0.1', engine: 'memory', timeScale: 1, secret: 'of the test' };
    served = await start({ ...base, ...options }, silent);
    return served;
  };

  test('shows health, readiness and metrics on the control port, also where that is its own', async () => {
    for (const control of [0, 'own'] as const) {
      const { port } = new URL((await serve({})).url);
      await served.close();
      const { controlUrl } = await serve(control === 0 ? { control } : { port: Number(port), control: Number(port) });
      expect((await fetch(`${controlUrl}/health`)).status).toBe(200);
      expect(await (await fetch(`${controlUrl}/ready`)).json()).toEqual({ ready: true });
      const text = await (await fetch(`${controlUrl}/metrics`)).text();
      expect(text).toContain('wirepact_connections{channel="arena"} 0');
      expect(text).toContain('process_cpu_seconds_total');
      if (control === 0) await served.close();
    }
  });

  test('says on the control port that it is not ready while it shuts down', async () => {
    const { channels, controlUrl } = await serve({ control: 0 });
    const socket = new WebSocket(await sampleUrl(served, channels[0]!, served.users[0]!));
    await new Promise((resolve) => socket.once('open', resolve));
    // It reads nothing, so that its end has to be waited for.
    socket.pause();
    const closing = served.close();
    const response = await fetch(`${controlUrl}/ready`);
    expect([response.status, await response.json()]).toEqual([
      503,
      { ready: false, because: 'The server shuts down.' },
    ]);
    socket.terminate();
    await closing;
    await expect(fetch(`${controlUrl}/ready`)).rejects.toThrow();
  });

  test('bounds what it is told to bound', async () => {
    await serve({ origins: ['https://a.example'] });
    const headers = { connection: 'upgrade', upgrade: 'websocket' };
    const { request } = await import('node:http');
    const status = (origin: string): Promise<number | undefined> =>
      new Promise((resolve) => {
        const asked = request(served.url.replace('ws', 'http'), { headers: { ...headers, origin } });
        asked.on('response', (response) => resolve(response.resume().statusCode)).end();
      });
    expect(await status('https://b.example')).toBe(403);
    expect(await status('https://a.example')).toBe(404);
  });
});
