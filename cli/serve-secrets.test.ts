// One server process with everything on that tells something; then all that it told is searched for every token.
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { makeToken, unknownUser, users } from '../reference-server/index.ts';
import { parseContract } from '../scripts/parse/load.ts';
import { contractChannels } from './contract-channels.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const secret = 'the-secret-of-this-very-test-and-of-no-other';
const flags = ['--port', '0', '--control', '0', '--log', 'json', '--quiet', '--time-scale', '0.05'];

let child: ChildProcess;
let told = '';
let url = '';
let controlUrl = '';
const note = (data: unknown): void => {
  told += String(data);
};

beforeAll(async () => {
  const args = ['bin/wirepact.js', 'serve', ...flags];
  child = spawn('node', args, { cwd: root, env: { ...process.env, WIREPACT_SECRET: secret } });
  await new Promise<void>((resolve) => {
    const look = (data: unknown): void => {
      note(data);
      const [, server] = /listening\S* on (\S+)/.exec(told) ?? [];
      const [, control] = /control at (\S+)/.exec(told) ?? [];
      if (!server || !control) return;
      url = server;
      controlUrl = control;
      resolve();
    };
    child.stdout?.on('data', look);
    child.stderr?.on('data', note);
  });
});

afterAll(() => child.kill('SIGKILL'));

/** Resolves when the connection has ended; all that it is told is noted. */
const visit = (address: string, send: (socket: WebSocket) => void, headers = {}): Promise<void> =>
  new Promise((resolve) => {
    const socket = new WebSocket(address, { headers });
    socket.on('message', note);
    socket.on('close', (code, reason) => {
      note(`${code} ${reason}`);
      resolve();
    });
    socket.on('error', () => {});
    socket.on('unexpected-response', (_request, response) => {
      note(`${response.statusCode} ${JSON.stringify(response.headers)}`);
      response.on('data', note).on('end', () => socket.terminate());
    });
    socket.on('open', () => {
      send(socket);
      // The answer to it comes behind everything else.
      socket.on('pong', () => socket.close());
      socket.ping();
    });
  });

test('a whole run shows no token, and no part of one, in logs, errors, answers or metrics', async () => {
  const [ada] = users;
  const good = await makeToken(ada!, { secret });
  const expired = await makeToken(ada!, { secret, lifetime: -60 });
  const tokens = [
    good,
    expired,
    await makeToken(unknownUser, { secret }),
    await makeToken(ada!, { secret: `${secret}-another` }),
    await makeToken(ada!, { secret, algorithm: 'HS512' }),
    `${good.slice(0, -4)}AAAA`,
    'no-token-at-all-but-a-secret-of-somebody',
  ];
  for (const { table } of contractChannels(parseContract(`${root}asyncapi.yaml`))) {
    const path = table.address.replace(
      /\{[^}]+\}/g,
      table.name === 'climbing' ? `${'0'.repeat(8)}-0000-4000-8000-${'0'.repeat(12)}` : '7',
    );
    const address = `${url}${table.pathname}${path}`;
    const name = table.auth?.parameter ?? 'token';
    for (const token of tokens) {
      await visit(`${address}?${name}=${token}`, (socket) => {
        for (const text of [token, `"${token}"`, JSON.stringify({ type: token, event: token, token, data: { token } })])
          socket.send(text);
      });
    }
    await visit(`${address}?${name}=${good}&${name}=${expired}`, () => {});
    await visit(address, () => {}, { authorization: `Bearer ${good}`, cookie: `token=${expired}` });
    await visit(`${url}/nowhere/${good}?${name}=${good}`, () => {});
    note(await (await fetch(`${address.replace('ws', 'http')}?${name}=${good}`)).text());
    const body = JSON.stringify({ channel: table.name, message: { token: good } });
    note(await (await fetch(`${controlUrl}/publish?token=${good}`, { method: 'POST', body })).text());
  }
  for (const path of ['/metrics', '/ready', '/health']) note(await (await fetch(`${controlUrl}${path}`)).text());
  const ended = new Promise((resolve) => child.on('exit', resolve));
  child.kill('SIGTERM');
  expect(await ended).toBe(0);

  // What was searched is what was meant to be.
  expect(told).toContain('"event":"connection-opened"');
  expect(told).toContain('wirepact_handshakes_refused_total');
  expect(told).toContain('wirepact_messages_rejected_total{channel="arena",condition="malformed"}');
  expect(told).not.toContain(secret);
  // The claims of a token too, and its signature; its header says nothing.
  for (const part of tokens.flatMap((token) => token.split('.').slice(token.includes('.') ? 1 : 0))) {
    expect(told.includes(part), part).toBe(false);
  }
});
