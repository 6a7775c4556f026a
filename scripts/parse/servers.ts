// The servers of a document, and which of them carries a channel.
import type { Server } from '../model.ts';
import { pointerTokens } from './pointer.ts';
import { readText } from './read.ts';
import type { Value } from './value.ts';

export function parseServers(document: Value): Server[] {
  return document
    .field('servers')
    .entries()
    .map(([name, value]) => {
      const description = readText(value.field('description'));
      return {
        name,
        host: readText(value.field('host')) ?? '',
        protocol: readText(value.field('protocol')) ?? '',
        pathname: trimmed(readText(value.field('pathname')) ?? ''),
        ...(description === undefined ? {} : { description }),
        source: value.source,
      };
    });
}

function trimmed(pathname: string): string {
  const short = pathname.replace(/\/+$/, '');
  return short === '' || short.startsWith('/') ? short : `/${short}`;
}

export function isWebSocket(server: Server): boolean {
  return /^wss?$/i.test(server.protocol);
}

/** The first WebSocket server that the channel names; where it names none, the first of all. */
export function serverOf(channel: Value, servers: readonly Server[]): Server | null {
  const list = channel.field('servers');
  const usable = servers.filter(isWebSocket);
  if (!Array.isArray(list.raw) || list.raw.length === 0) return usable[0] ?? null;
  for (let index = 0; index < list.raw.length; index += 1) {
    for (const { pointer } of list.at(index).resolve().hops) {
      const [group, name] = pointerTokens(pointer);
      const server = usable.find((one) => group === 'servers' && one.name === name);
      if (server !== undefined) return server;
    }
  }
  return null;
}
