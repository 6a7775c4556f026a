import { describe, expect, it } from 'vitest';
import { parseTarget, readTarget } from './read-target.ts';
import { TargetError } from './target.ts';

async function mistakes(text: string): Promise<string> {
  const error: unknown = await parseTarget(text, 'target.yaml', '/srv').catch((thrown: unknown) => thrown);
  return error instanceof TargetError ? error.message : '';
}

describe('a target file', () => {
  it('needs an address only', async () => {
    const target = await parseTarget('target: { url: "ws://127.0.0.1:9000" }', 'target.yaml', '/srv');
    expect(target).toMatchObject({ url: 'ws://127.0.0.1:9000', users: [], channels: {}, run: { parallel: 8 } });
  });

  it('may be an address instead', async () => {
    expect(await readTarget('wss://example.org/ws')).toMatchObject({ url: 'wss://example.org/ws' });
  });

  it('spreads ranges of users and rooms', async () => {
    const text = `
target: { url: "ws://127.0.0.1:{port}", start: { command: [node, server.js] } }
users: [ada, { from: 1, to: 3 }]
actors: { master: { user: 7, roles: [dm] } }
channels: { table: { rooms: [5, { from: 10, to: 11, prefix: r, roles: { dm: 7 } }] } }`;
    const target = await parseTarget(text, 'target.yaml', '/srv');
    expect(target.users.map((user) => user.id)).toEqual(['ada', '1', '2', '3', '7']);
    expect(target.users.at(-1)).toMatchObject({ name: 'master', roles: ['dm'] });
    expect(target.channels.table?.rooms?.map((room) => room.room)).toEqual(['5', 'r10', 'r11']);
    expect(target.start?.cwd).toBe('/srv');
  });

  it.each([
    ['users: [a]', 'target.yaml:1: the file lacks "target".'],
    ['target:\n  url: ws://x\n  colour: red', 'target.yaml:3: target has the unknown key "colour". Known: name, url'],
    ['target:\n  url: http://x', 'target.yaml:2: target.url must match pattern'],
    [
      'target: { url: ws://x }\ntokens:\n  secret: s\n  algorithm: RS256',
      'target.yaml:4: tokens.algorithm must be one of HS256',
    ],
    ['target: [', 'target.yaml:1:'],
  ])('tells what is wrong in %j with its line', async (text, message) => {
    expect(await mistakes(text)).toContain(message);
  });
});
