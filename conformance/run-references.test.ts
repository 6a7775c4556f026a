import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import type { Channel, ClientMessage, Contract, Fact, ServerMessage } from '../scripts/model.ts';
import { lobbyContract } from './fixtures/lobby.ts';
import { receivers } from './rules/delivery/receivers.ts';
import { textUnchanged } from './rules/delivery/unchanged.ts';
import { acceptsExamples } from './rules/validation/accepts.ts';
import { runServerConformance } from './run.ts';
import { targetFromUrl } from './target/target.ts';

const [lobby] = lobbyContract.channels as readonly [Channel];
const source = { pointer: '/channels/notes', line: 1 };
const fact: Fact = { level: 'MUST', source };
const text = { type: 'string', minLength: 1, maxLength: 80 };

const schemaOf = (kind: string, properties: Record<string, object>) => ({
  type: 'object',
  required: ['kind', ...Object.keys(properties)],
  properties: { kind: { const: kind }, ...properties },
});

const sends = (kind: string, place?: string): ClientMessage => ({
  ...lobby.clientMessages.find(({ key }) => key === 'knock')!,
  ...fact,
  key: kind,
  type: kind,
  schema: schemaOf(kind, place === undefined ? {} : { [place]: text }),
  examples: [{ payload: { kind, ...(place === undefined ? {} : { [place]: 'n-17' }) } }],
});

const hears = (kind: string, by: string | null, properties: Record<string, object>): ServerMessage => ({
  ...lobby.serverMessages[0]!,
  ...fact,
  key: kind,
  type: kind,
  schema: schemaOf(kind, properties),
  delivery: { ...fact, to: by === 'knock' || by === null ? 'direct' : 'room' },
  triggers:
    by === null
      ? []
      : [
          {
            ...fact,
            on: 'message',
            message: by,
            user: null,
            fields: Object.keys(properties).map((place) => ({
              target: `/${place}`,
              source: place === 'id' ? { from: 'new-id' } : { from: 'message', pointer: `/${place}` },
            })),
          },
        ],
});

/** Notes that get an id, and likes that name one. */
const notes: Channel = {
  ...lobby,
  name: 'notes',
  address: '/notes/{place}',
  auth: null,
  room: { ...lobby.room!, joinOnOpen: true, join: null, leave: null },
  error: {
    ...fact,
    message: 'error',
    code: '/code',
    text: null,
    pointer: null,
    id: null,
    codes: [{ ...fact, code: 'unheard_of', when: 'not-found' }],
  },
  clientMessages: [sends('write', 'text'), sends('like', 'of'), sends('knock')],
  serverMessages: [
    hears('written', 'write', { id: text, text }),
    hears('liked', 'like', { of: text }),
    hears('knocked', 'knock', {}),
    hears('error', null, { code: text }),
  ],
};

const contract: Contract = { ...lobbyContract, channels: [notes] };

let server: WebSocketServer;
afterEach(() => new Promise<void>((resolve) => server.close(() => resolve())));

/** Likes of what `minds` of are answered by an error. */
async function serve(minds: (id: string, written: ReadonlySet<string>) => boolean): Promise<string> {
  const written = new Set<string>();
  server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  server.on('connection', (socket, { url }) => {
    const room = Object.assign(socket, { place: url });
    const toAll = (value: object) => {
      for (const other of server.clients)
        if ((other as typeof room).place === room.place) other.send(JSON.stringify(value));
    };
    socket.on('message', (data) => {
      const { kind, text: said, of } = JSON.parse(String(data));
      if (kind === 'knock') socket.send(JSON.stringify({ kind: 'knocked' }));
      else if (kind === 'write') {
        const id = randomUUID();
        written.add(id);
        toAll({ kind: 'written', id, text: said });
      } else if (minds(of, written)) socket.send(JSON.stringify({ kind: 'error', code: 'unheard_of' }));
      else toAll({ kind: 'liked', of });
    });
  });
  await new Promise((resolve) => server.once('listening', resolve));
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function judge(url: string) {
  const from = [receivers, textUnchanged, acceptsExamples];
  const { cases, harnessError } = await runServerConformance(contract, targetFromUrl(url), { from });
  expect(harnessError).toBeUndefined();
  return cases.filter(({ verdict }) => verdict !== 'pass').map(({ instance, verdict }) => `${verdict} ${instance}`);
}

it('names what the server made, where the server knows of nothing else', async () => {
  expect(await judge(await serve((id, written) => !written.has(id)))).toEqual([]);
});

it('lets nobody pass who knows of nothing', async () => {
  expect(await judge(await serve(() => true))).toContain('fail delivery/receivers@notes.liked');
});

it('names anything, where the server passes on anything', async () => {
  expect(await judge(await serve(() => false))).toEqual([]);
});
