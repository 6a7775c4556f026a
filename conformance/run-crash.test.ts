import { expect, it } from 'vitest';
import { lobbyContract } from './fixtures/lobby.ts';
import { type Case, Failed, type Rule } from './rule.ts';
import { runServerConformance } from './run.ts';
import { type Target, targetFromUrl } from './target/target.ts';

/** Lets everybody in, answers nothing, and ends by itself at one word. */
const fragile = `
  const { WebSocketServer } = require('ws');
  new WebSocketServer({ host: '127.0.0.1', port: Number(process.env.PORT) }).on('connection', (socket) =>
    socket.on('message', (data) => { if (String(data) === 'boom') process.exit(3); }));
`;

const target: Target = {
  ...targetFromUrl('ws://127.0.0.1:{port}'),
  start: {
    command: [process.execPath, '-e', fragile],
    env: { PORT: '{port}' },
    cwd: process.cwd(),
    ready: { timeoutMs: 30_000 },
  },
  users: [{ id: 'user-0', name: 'User 0', roles: [] }],
  tokens: { secret: 'a-secret-of-this-test', algorithm: 'HS256', claims: {} },
};

const rule = (id: Rule['id'], run: Case['run']): Rule => ({
  id,
  level: 'SHOULD',
  role: 'server',
  sentence: id,
  cases: (_contract, { name, source }) => [{ channel: name, level: 'SHOULD', source, needs: { users: 1 }, run }],
});

it('blames a server that ends by itself on the case that ended it alone, and judges the others once it is back', async () => {
  let besides = 0;
  const boom = rule('limits/boom', async (kit) => {
    const connection = await kit.connect();
    await connection.send('boom');
    await connection.ended(5000);
    throw new Failed('an answer', 'none');
  });
  const beside = rule('limits/beside', async (kit) => {
    besides += 1;
    const connection = await kit.connect();
    // Alone it is left in peace.
    if ((await connection.ended(besides === 1 ? 5000 : 100)) !== null) throw new Failed('to stay', 'ended');
  });
  const result = await runServerConformance(lobbyContract, target, { from: [beside, boom] });
  expect(result.harnessError).toBeUndefined();
  const told = result.cases.map(({ rule: id, verdict, level, reason }) => [id, verdict, level, reason ?? '']);
  expect(told).toEqual([
    ['limits/beside', 'pass', 'SHOULD', ''],
    ['limits/boom', 'fail', 'MUST', 'crashed'],
  ]);
  expect(result.cases[1]?.observed).toContain('exit code 3');
}, 60_000);
