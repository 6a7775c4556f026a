import { afterEach, describe, expect, it } from 'vitest';
import { type DescribeOptions, describeConformance } from './describe-conformance.ts';
import { lobbyContract } from './fixtures/lobby.ts';
import { type Lobby, type LobbyFault, lobbySecret, startLobby } from './fixtures/lobby-server.ts';
import { targetFromUrl } from './target/target.ts';

let lobby: Lobby | null = null;

afterEach(async () => {
  await lobby?.close();
  lobby = null;
});

/** What a test runner would say of each test: '' where it is green. */
async function told(fault: LobbyFault, options: DescribeOptions): Promise<Record<string, string>> {
  lobby = await startLobby(fault);
  const users = Array.from({ length: 7 }, (_, index) => ({ id: `user-${index}`, name: `User ${index}`, roles: [] }));
  const tokens = { secret: lobbySecret, algorithm: 'HS256' as const, claims: {} };
  const tests = new Map<string, () => Promise<void>>();
  const before: (() => Promise<void>)[] = [];
  const runner = {
    describe: (_name: string, body: () => void) => body(),
    it: (name: string, body: () => Promise<void>) => void tests.set(name, body),
    beforeAll: (body: () => Promise<void>) => void before.push(body),
  };
  describeConformance(runner, lobbyContract, { ...targetFromUrl(lobby.url), users, tokens }, options);
  for (const body of before) await body();
  const said: Record<string, string> = {};
  for (const [name, body] of tests) {
    said[name] = await body().then(
      () => '',
      (error: Error) => error.message,
    );
  }
  return said;
}

const rules = ['delivery/receivers', 'handshake/plain-http-status'];

describe('describeConformance', () => {
  it('makes a test of each case, green where the server keeps the contract', async () => {
    const said = await told('none', { rules });
    expect(Object.keys(said)).toContain('delivery/receivers@lobby.said');
    expect(Object.values(said).every((text) => text === '')).toBe(true);
  });

  it('is red where a MUST fails, with the sentence, what was expected and what was seen', async () => {
    const said = await told('said-twice', { rules });
    const text = said['delivery/receivers@lobby.said'] ?? '';
    expect(text).toContain('each once');
    expect(text).toMatch(/expected: .+\nobserved: .+/);
    expect(said['handshake/plain-http-status@lobby']).toBe('');
  });

  it('says of what cannot be tested what to add, unless it is accepted', async () => {
    const instance = 'auth/token-not-logged@lobby';
    const open = await told('none', { rules: ['auth/token-not-logged'] });
    expect(open[instance]).toMatch(/^not-testable: .+ Add to the target file: .+/);
    await lobby?.close();
    const accepted = await told('none', { rules: ['auth/token-not-logged'], accept: [instance] });
    expect(accepted[instance]).toBe('');
  });
});
