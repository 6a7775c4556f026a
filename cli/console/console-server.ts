// Serves the console: a page on a port of 127.0.0.1 by which the served contract is tried out. It hands out tokens of the
// fixtures' users, so that it answers to its own page alone, and never to the network.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { controlHandler, type HttpHandler } from '../../runtime/server/index.ts';
import type { Contract } from '../../scripts/model.ts';
import type { Served } from '../served.ts';
import { consolePage } from './page.ts';
import { pageScript } from './page-script.ts';

export interface ConsoleOptions {
  readonly contract: Contract;
  readonly timeScale: number;
  /** 0: any free one. */
  readonly port: number;
}

export interface ConsoleServer {
  /** `http://127.0.0.1:port` */
  readonly url: string;
  /** From now on the page can be used. */
  show(served: Served): void;
  close(): Promise<void>;
}

interface Answer {
  readonly type: string;
  readonly body: string;
  readonly headers?: { readonly [name: string]: string };
}

/** Rejects with the operating system's error where the port is taken. */
export async function startConsole(options: ConsoleOptions): Promise<ConsoleServer> {
  const http = createServer((request, response) => void respond(request, response));
  await new Promise<void>((resolve, reject) => {
    http.once('error', reject);
    http.listen(options.port, '127.0.0.1', resolve);
  });
  const { port } = http.address() as AddressInfo;
  let shown: { readonly served: Served; readonly door: HttpHandler; readonly pages: Pages } | undefined;
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`];

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // A name that a foreign page made point here would else be taken for this page's own.
    if (!hosts.includes(request.headers.host ?? '') || !isOwn(request, hosts)) return refuse(response, 403);
    if (shown === undefined) return refuse(response, 503);
    const { served, door, pages } = shown;
    try {
      if (await publishBy(door, request, response)) return;
      const url = new URL(request.url ?? '/', 'http://127.0.0.1');
      if (request.method !== 'GET') return refuse(response, 405);
      const answer = url.pathname === '/token' ? await tokenOf(served, url) : await pages.get(url.pathname)?.();
      if (!answer) return refuse(response, 404);
      response.writeHead(200, {
        'content-type': answer.type,
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        ...answer.headers,
      });
      response.end(answer.body);
    } catch {
      refuse(response, 500);
    }
  }

  return {
    url: `http://127.0.0.1:${port}`,
    show(served) {
      const door = controlHandler({ server: served.server, nonce: null });
      shown = { served, door, pages: pagesOf(options, served) };
    },
    close: () =>
      new Promise((resolve) => {
        http.close(() => resolve());
        http.closeAllConnections();
      }),
  };
}

type Pages = ReadonlyMap<string, () => Answer | Promise<Answer>>;

function pagesOf({ contract, timeScale }: ConsoleOptions, served: Served): Pages {
  const script = (body: string): Answer => ({ type: 'text/javascript', body });
  const page = (body: string): Answer => ({ type: 'text/html; charset=utf-8', body });
  let built: Promise<string> | undefined;
  // Whoever opens no console does not wait for the suite's rules.
  return new Map<string, () => Answer | Promise<Answer>>([
    ['/', () => ({ ...page(consolePage(contract.title)), headers: policy(served) })],
    [
      '/contract.js',
      async () => {
        const { contractScript } = await import('./contract-script.ts');
        return script(contractScript(contract, served, { url: reachable(served.url), timeScale }));
      },
    ],
    [
      '/console.js',
      async () => {
        built ??= pageScript();
        return script(await built);
      },
    ],
    [
      '/docs',
      async () => {
        const { emitRules } = await import('../rules-json.ts');
        return page(emitRules(contract).get('docs/index.html') ?? '');
      },
    ],
  ]);
}

/** The page may load its own scripts, and talk to its own server and to the one that is tried out. */
function policy(served: Served): { readonly [header: string]: string } {
  return {
    'content-security-policy': `default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; connect-src 'self' ${reachable(served.url)}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    'referrer-policy': 'no-referrer',
  };
}

/** A server that listens on every address is called by that of this machine. */
function reachable(url: string): string {
  return url.replace('://0.0.0.0', '://127.0.0.1').replace('://[::]', '://[::1]');
}

/** Another site's page may lead here by a link, and do nothing else. */
function isOwn({ headers }: IncomingMessage, hosts: readonly string[]): boolean {
  const { origin } = headers;
  return origin === undefined || hosts.some((host) => origin === `http://${host}`);
}

async function tokenOf(served: Served, url: URL): Promise<Answer | undefined> {
  const user = served.users.find(({ id }) => id === url.searchParams.get('user'));
  const channel = served.channels.find(({ table }) => table.name === url.searchParams.get('channel'));
  if (!user || !channel) return undefined;
  return { type: 'text/plain', body: await served.token(user, channel) };
}

/** The control door's publishing, for this page: the door itself refuses pages. */
async function publishBy(door: HttpHandler, request: IncomingMessage, response: ServerResponse): Promise<boolean> {
  if (request.method !== 'POST' || request.url !== '/control/publish') return false;
  if (request.headers.origin === undefined) return false;
  delete request.headers.origin;
  return await door(request, response);
}

function refuse(response: ServerResponse, status: number): void {
  response.writeHead(status, { 'content-type': 'text/plain' });
  response.end();
}
