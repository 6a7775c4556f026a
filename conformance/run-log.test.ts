import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { Contract } from '../scripts/model.ts';
import { tokenNotLogged } from './rules/auth/silence.ts';
import { acceptsValidConnection } from './rules/handshake/accepts-valid-connection.ts';
import { runServerConformance } from './run.ts';
import { type Target, targetFromUrl } from './target/target.ts';

const contract = JSON.parse(readFileSync(new URL('../generated/model.json', import.meta.url), 'utf8')) as Contract;
const channels = contract.channels.filter(({ auth }) => typeof auth?.parameter === 'string').slice(0, 1);

/** Lets everybody in, and writes its access log in one block when it ends, as a program does whose output is no terminal. */
const buffering = `
  const { WebSocketServer } = require('ws');
  const asked = [];
  new WebSocketServer({ host: '127.0.0.1', port: Number(process.env.PORT) }).on('connection', (socket, { url }) => asked.push(url));
  process.on('SIGTERM', () => process.stdout.write(asked.join('\\n') + '\\n', () => process.exit()));
`;

const target: Target = {
  ...targetFromUrl('ws://127.0.0.1:{port}'),
  start: {
    command: [process.execPath, '-e', buffering],
    env: { PORT: '{port}' },
    cwd: process.cwd(),
    ready: { timeoutMs: 30_000 },
  },
  users: [{ id: '1', name: 'User 1', roles: [] }],
  tokens: { secret: 'a-secret-of-this-test', algorithm: 'HS256', claims: {} },
};

it('finds a token in what a server prints only when it ends', async () => {
  const result = await runServerConformance({ ...contract, channels }, target, {
    from: [acceptsValidConnection, tokenNotLogged],
  });
  expect(result.harnessError).toBeUndefined();
  const told = result.cases.map(({ rule, verdict, reason }) => [rule, verdict, reason ?? '']);
  expect(told).toContainEqual([tokenNotLogged.id, 'fail', 'logged']);
  expect(JSON.stringify(result.cases)).not.toMatch(/eyJ[\w-]+\.[\w-]+\./);
}, 60_000);

it('blames each channel for a token in the log: which of them it was for cannot be told from it', () => {
  const [first, second] = contract.channels.filter(({ auth }) => typeof auth?.parameter === 'string');
  const observations = [first, second].map((channel) => ({
    channel: channel!.name,
    tokens: [`token-of-${channel!.name}`],
  }));
  const recorded = { observations, output: `GET /?token=token-of-${first!.name} 404` };
  for (const channel of [first!, second!])
    for (const one of tokenNotLogged.cases(contract, channel))
      expect(() => 'judge' in one && one.judge(recorded as never)).toThrow('no token in the output');
});
