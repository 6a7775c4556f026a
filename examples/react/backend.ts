// The product's own back end, small: it makes tokens, keeps photos and a game, and has the socket server publish what happens.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { developmentSecret, makeToken } from '../../reference-server/tokens.ts';
import { createAlbums } from './backend-albums.ts';
import { createGames } from './backend-games.ts';
import { everyone, type Publish } from './backend-people.ts';

export interface BackendOptions {
  /** Where browsers find the socket server: `ws://host:port`. */
  readonly url: string;
  /** Its control door. */
  readonly control: string;
}

type Answer = { readonly status?: number; readonly body: unknown };

/** `handle` answers what is below `/api/`, and hands on the rest. */
export function createBackend({ url, control }: BackendOptions) {
  const publish: Publish = async (order) => {
    const answer = await fetch(`${control}/publish`, { method: 'POST', body: JSON.stringify(order) });
    if (!answer.ok) throw new Error(await answer.text());
  };
  const albums = createAlbums(publish);
  const games = createGames(publish);

  async function answer(request: IncomingMessage, publicUrl: string): Promise<Answer> {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    const [, , kind, id = '', ...rest] = pathname.split('/');
    const method = request.method ?? 'GET';
    if (kind === 'config') return { body: { url: publicUrl } };
    // Anybody may be anybody: it is an example. A product asks for a password here.
    const person = everyone.find(({ id }) => id === searchParams.get('user'));
    if (!person) return { status: 404, body: { error: 'There is no such user.' } };
    if (kind === 'token') return { body: { token: await makeToken(person, { secret: developmentSecret }) } };
    if (kind === 'albums') return { body: await albums.answer(method, id, rest, await bodyOf(request)) };
    if (kind === 'games' && method === 'POST') return { body: await games.move(id, person, await bodyOf(request)) };
    return { status: 404, body: { error: `There is no ${pathname}.` } };
  }

  return {
    async handle(request: IncomingMessage, response: ServerResponse, next: () => void, publicUrl = url): Promise<void> {
      if (!request.url?.startsWith('/api/')) return next();
      const { status = 200, body } = await answer(request, publicUrl).catch((error: Error) => ({
        status: 503,
        body: { error: error.message },
      }));
      response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
      response.end(JSON.stringify(body));
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<{ readonly [name: string]: unknown }> {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text === '' ? {} : JSON.parse(text);
}
