import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { Adapter } from './adapter.ts';
import { openControl } from './control.ts';
import { readLine, writeLine } from './lines.ts';
import { localAdapter } from './local.ts';
import { adapterProcess } from './process.ts';

const contract = { title: 'A contract', version: '1', hash: '0' };

/** Answers each command by a line made of it. */
function answering(answer: (command: { op: string; id: number }) => object | string | null): Adapter {
  return new Adapter(
    localAdapter('scripted', (write) => (line) => {
      const said = answer(JSON.parse(line));
      if (said !== null) write(typeof said === 'string' ? said : JSON.stringify(said));
    }),
  );
}

const refusal = (id: number) => ({ id, error: { code: 'unsupported', message: 'unknown' } });

describe('lines of the adapter protocol', () => {
  it.each([
    ['not json', 'not JSON'],
    ['[]', 'no answer'],
    ['{"id":1}', 'no answer'],
    ['{"id":0,"ok":true}', 'no answer'],
    ['{"id":1,"ok":false}', 'no answer'],
    ['{"id":1,"error":{"code":"nope","message":""}}', 'no answer'],
    ['{"event":"state","client":"c1","state":"open","ready":true}', 'no event'],
    ['{"event":"state","client":"c1","state":"connected"}', 'no event'],
    ['{"event":"surprise","client":"c1"}', 'no event'],
    ['{"event":"message","message":1}', 'no event'],
    ['{"event":"settled","client":"c1","of":1,"ok":"yes"}', 'no event'],
  ])('%s is refused', (line, why) => {
    expect(() => readLine(line)).toThrow(why);
  });

  it.each([
    '{"id":1,"ok":true}',
    '{"id":1,"error":{"code":"failed","message":"why"}}',
    '{"event":"state","client":"c1","state":"closed","ready":false,"reason":"attempts","code":1006}',
    '{"event":"message","client":"c1","message":null}',
    '{"event":"gap","client":"c1","from":2,"to":3}',
    '{"event":"settled","client":"c1","of":9,"ok":false,"code":"timeout"}',
    '{"event":"token-requested","client":"c1","request":1}',
  ])('%s is taken', (line) => {
    expect(readLine(line)).toBeDefined();
  });

  it('checks what the suite writes too', () => {
    expect(writeLine({ op: 'connect', id: 3, client: 'c1' })).toBe('{"op":"connect","id":3,"client":"c1"}');
    expect(() => writeLine({ op: 'connect', id: 3 })).toThrow('no command');
    expect(() => writeLine({ op: 'token', id: 3, client: 'c1', request: 1 })).toThrow('no command');
  });

  it('is a schema that says what the page says', () => {
    const page = readFileSync(new URL('./README.md', import.meta.url), 'utf8');
    const schema = JSON.parse(readFileSync(new URL('./adapter.schema.json', import.meta.url), 'utf8'));
    const events = schema.definitions.event.oneOf.map(
      (one: { properties: { event: { const: string } } }) => one.properties.event.const,
    );
    const ops = [
      'hello',
      'create',
      'connect',
      'close',
      'dispose',
      'state',
      'send',
      'request',
      'join',
      'leave',
      'token',
      'environment',
      'bye',
    ];
    for (const name of [...events, ...ops]) expect(page).toContain(`\`${name}\``);
  });
});

describe('an adapter', () => {
  it('is introduced, and asked for what does not exist', async () => {
    const adapter = answering(({ op, id }) =>
      op === 'hello' ? { id, ok: true, implementation: { name: 'one', version: '2' }, channels: ['a'] } : refusal(id),
    );
    expect(await adapter.introduce(contract)).toEqual({ name: 'one 2', channels: ['a'], parallel: null });
  });

  it('is not believed when it says ok to that', async () => {
    const adapter = answering(({ id }) => ({ id, ok: true }));
    await expect(adapter.introduce(contract)).rejects.toThrow('a command that does not exist');
  });

  it('fails every command once it broke the protocol', async () => {
    const adapter = answering(() => 'hello to you too');
    await expect(adapter.introduce(contract)).rejects.toThrow('not JSON: hello to you too');
    await expect(adapter.ask({ op: 'connect', client: 'c1' })).rejects.toThrow('not JSON');
  });

  it('may not answer twice, or speak of a client that was never created', async () => {
    const twice = answering(({ id }) => ({ id: id + 1, ok: true }));
    await expect(twice.introduce(contract)).rejects.toThrow('waits for no answer');
    const stranger = answering(() => ({ event: 'gap', client: 'c9', from: 1, to: 2 }));
    await expect(stranger.introduce(contract)).rejects.toThrow('c9, which was never created');
  });

  it('is told to be missing, or to have ended, with its log', async () => {
    const missing = new Adapter(adapterProcess(['no-such-program-here']));
    await expect(missing.introduce(contract)).rejects.toThrow('could not be started');
    const ended = new Adapter(
      adapterProcess([process.execPath, '-e', 'console.error("out of order"); process.exit(3)']),
    );
    await expect(ended.introduce(contract)).rejects.toThrow(/ended \(3\).*\nIts log:\nout of order/s);
  });

  it('comes to the suite by WebSocket', async () => {
    const control = await openControl();
    const page = new WebSocket(control.url);
    page.on('message', (data: Buffer) => {
      const { op, id } = JSON.parse(data.toString());
      page.send(JSON.stringify(op === 'hello' ? { id, ok: true, implementation: { name: 'page' } } : refusal(id)));
    });
    try {
      const adapter = new Adapter(await control.connected(5000));
      expect((await adapter.introduce(contract)).name).toBe('page');
    } finally {
      page.terminate();
      await control.close();
    }
  });

  it('is waited for no longer than asked', async () => {
    const control = await openControl();
    await expect(control.connected(10)).rejects.toThrow(`No adapter connected to ${control.url}`);
    await control.close();
  });
});
