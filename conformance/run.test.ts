import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { lobbyContract } from './fixtures/lobby.ts';
import { type Lobby, type LobbyFault, lobbySecret, startLobby } from './fixtures/lobby-server.ts';
import type { RunResult } from './result.ts';
import { deliveryRules } from './rules/delivery/index.ts';
import { acceptsValidConnection } from './rules/handshake/accepts-valid-connection.ts';
import { plainHttp } from './rules/handshake/plain-http.ts';
import { runServerConformance } from './run.ts';
import { type Target, targetFromUrl } from './target/target.ts';

let lobby: Lobby | null = null;

afterEach(async () => {
  await lobby?.close();
  lobby = null;
});

const from = [acceptsValidConnection, plainHttp, ...deliveryRules];

async function run(fault: LobbyFault, change: Partial<Target> = {}): Promise<RunResult> {
  lobby = await startLobby(fault);
  const users = Array.from({ length: 7 }, (_, index) => ({ id: `user-${index}`, name: `User ${index}`, roles: [] }));
  const tokens = { secret: lobbySecret, algorithm: 'HS256' as const, claims: {} };
  return await runServerConformance(lobbyContract, { ...targetFromUrl(lobby.url), users, tokens, ...change }, { from });
}

function decided(result: RunResult): Record<string, string> {
  const told = result.cases.filter((one) => one.verdict !== 'not-applicable' && one.verdict !== 'pass');
  return Object.fromEntries(told.map((one) => [one.instance, `${one.verdict} ${one.reason ?? ''}`.trim()]));
}

const said = 'delivery/receivers@lobby.said';

describe('a run against a server', () => {
  it('passes a server that keeps the contract', async () => {
    const result = await run('none');
    expect(result.harnessError).toBeUndefined();
    expect(decided(result)).toEqual({});
    expect(result.cases.filter((one) => one.verdict === 'pass').map((one) => one.instance)).toContain(said);
    expect(result.measurements.delivery.samples).toBeGreaterThan(0);
  });

  it.each<[LobbyFault, string, string]>([
    ['said-to-everyone', said, 'fail leaked'],
    ['said-ignores-case', 'delivery/rooms-isolated@lobby', 'fail leaked'],
    ['said-twice', said, 'fail duplicate'],
    ['said-not-to-sender', said, 'fail missing'],
    ['said-reversed', said, 'fail wrong-order'],
    ['said-lost', said, 'fail lost'],
    ['leaver-stays', said, 'fail leaked'],
    ['wrong-sender', said, 'fail wrong-content'],
    ['hinted-to-own-user', 'delivery/receivers@lobby.hinted', 'fail leaked'],
    ['knocked-to-room', 'delivery/receivers@lobby.knocked', 'fail leaked'],
    ['plain-200', 'handshake/plain-http-status@lobby', 'fail wrong-status'],
  ])(
    '%s is seen by %s as %s',
    async (fault, instance, verdict) => {
      expect(decided(await run(fault))[instance]).toBe(verdict);
      // What a busy machine may have broken is run again alone.
    },
    180_000,
  );

  it('says of an address that speaks only HTTP that it does, though no token was given', async () => {
    const http = createServer((_request, response) => response.writeHead(404).end());
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    const { port } = http.address() as AddressInfo;
    const result = await runServerConformance(lobbyContract, `ws://127.0.0.1:${port}`, { from });
    await new Promise((resolve) => http.close(resolve));
    expect(result.harnessError).toMatch(/does not answer as a WebSocket server .*\n {2}lobby: refused with HTTP 404/);
    expect(result.cases).toEqual([]);
  });

  it('gives up with one message where no valid connection is accepted', async () => {
    const result = await run('closes-at-once');
    expect(result.harnessError).toContain('accepted no valid connection');
    expect(result.harnessError).toContain('closed with 1011');
    expect(result.cases.every((one) => one.verdict === 'not-applicable')).toBe(true);
  });

  it('gives up with one message where nothing listens', async () => {
    const result = await runServerConformance(lobbyContract, 'ws://127.0.0.1:9', { from });
    expect(result.harnessError).toContain('does not answer at 127.0.0.1:9');
  });

  it('says what to add where the target file gives no users', async () => {
    const result = await run('none', { users: [] });
    const one = result.cases.find((found) => found.instance === said);
    expect(one?.verdict).toBe('not-testable');
    expect(one?.needs?.join()).toContain('users');
  });

  it('shows the frames of a failure without its tokens', async () => {
    const one = (await run('said-twice')).cases.find((found) => found.instance === said);
    expect(one?.frames.some((frame) => frame.kind === 'open' && frame.data.includes('key=[token]'))).toBe(true);
    expect(JSON.stringify(one?.frames)).not.toContain('eyJ');
  });
});
