// The channels of a document that WebSocket carries, each with its rules and its messages of both directions.
import type { Channel, Server } from '../model.ts';
import { parseAuth } from './auth.ts';
import { parseCloseCodes } from './close-codes.ts';
import { parseEnvelope } from './envelope.ts';
import { parseErrorReport } from './error-report.ts';
import { parseHeartbeats } from './heartbeat.ts';
import { parseLimits } from './limits.ts';
import { collectMessages, type MessageUses, parseClientMessage, parseServerMessage, readMessage } from './messages.ts';
import { kebabCase } from './names.ts';
import { type Operation, parseOperations } from './operations.ts';
import { parseParameters, parseQuery } from './parameters.ts';
import { parseQueue } from './queue.ts';
import { readText, report } from './read.ts';
import { parseReconnect } from './reconnect.ts';
import { parseResync } from './resync.ts';
import { parseRoom } from './room.ts';
import { Schemas } from './schemas.ts';
import { isWebSocket, serverOf } from './servers.ts';
import type { Value } from './value.ts';

interface FoundChannel {
  readonly name: string;
  readonly value: Value;
  readonly server: Server | null;
  readonly operations: readonly Operation[];
  readonly uses: MessageUses;
}

export function parseChannels(document: Value, servers: readonly Server[]): { channels: Channel[]; schemas: Schemas } {
  const operations = parseOperations(document);
  const found = document
    .field('channels')
    .entries()
    .flatMap(([name, value]) => findChannel(name, value, servers, operations));
  if (found.length === 0) {
    const isEmpty = document.field('channels').entries().length === 0;
    report(document.at('channels'), 'channel-none', {
      message: 'The document has no WebSocket channel.',
      expected: 'channels with messages, and servers with protocol: ws or wss',
      fix: isEmpty ? 'Add a channel under channels.' : 'Write protocol: ws or wss on the server that carries them.',
    });
  }
  refuseEqualFolders(found);
  const messageNames = new Set(found.flatMap(({ uses }) => [...uses.client, ...uses.server].map((use) => use.name)));
  const schemas = new Schemas(messageNames);
  return { channels: found.map((one) => parseChannel(one, document, schemas)), schemas };
}

function findChannel(
  name: string,
  value: Value,
  servers: readonly Server[],
  operations: readonly Operation[],
): FoundChannel[] {
  const named = value.field('servers');
  const server = serverOf(value, servers);
  if (server === null && (named.items().length > 0 || servers.length > 0) && !servers.some(isWebSocket)) {
    report(value, 'channel-not-websocket', {
      severity: 'info',
      message: `The channel ${JSON.stringify(name)} is not carried by WebSocket, and is left out.`,
      expected: 'a server with protocol: ws or wss',
    });
    return [];
  }
  if (server === null && named.items().length > 0) return [];
  const own = operations.filter((operation) => operation.channel === name);
  return [{ name, value, server, operations: own, uses: collectMessages(name, value, operations) }];
}

function parseChannel(found: FoundChannel, document: Value, schemas: Schemas): Channel {
  const { name, value, server } = found;
  const client = found.uses.client.map((use) => readMessage(use, schemas));
  const sent = found.uses.server.map((use) => readMessage(use, schemas));
  const definitions = schemas.definitions();
  const envelope = parseEnvelope(value, {
    client: client.map((one) => one.schema),
    server: sent.map((one) => one.schema),
    definitions,
    correlations: [...client, ...sent].map((one) => one.correlation),
  });
  const securities = [
    ...found.operations.map((operation) => operation.value.field('security')),
    ...(server === null ? [] : [document.field('servers').field(server.name).field('security')]),
  ];
  const auth = parseAuth(value, document, securities);
  const address = readText(value.field('address')) ?? '/';
  const title = readText(value.field('title'));
  const description = readText(value.field('description'));
  return {
    name,
    ...(title === undefined ? {} : { title }),
    ...(description === undefined ? {} : { description }),
    address: address.startsWith('/') ? address : `/${address}`,
    server: server?.name ?? '',
    pathname: server?.pathname ?? '',
    parameters: parseParameters(value, address, schemas),
    query: parseQuery(value, auth.parameter, schemas),
    envelope,
    error: parseErrorReport(value),
    auth,
    closeCodes: parseCloseCodes(value),
    heartbeats: parseHeartbeats(value),
    reconnect: parseReconnect(value),
    queue: parseQueue(value),
    room: parseRoom(value),
    resync: parseResync(value),
    limits: parseLimits(value),
    clientMessages: client.map((one) => parseClientMessage(one, envelope, definitions, sent)),
    serverMessages: sent.map((one) => parseServerMessage(one, envelope, definitions)),
    source: value.source,
  };
}

/** Paths have an end: this leaves room for the folders above. */
const maxFolder = 100;
const devices = /^(?:con|prn|aux|nul|com[0-9]|lpt[0-9])$/;

/** Each channel is generated into a folder of its own. */
function refuseEqualFolders(found: readonly FoundChannel[]): void {
  const byFolder = new Map<string, string>();
  for (const { name, value } of found) {
    const folder = kebabCase(name);
    const other = byFolder.get(folder);
    if (folder === '') {
      report(value, 'name-empty', {
        message: `The channel ${JSON.stringify(name)} has no letter or digit to name its folder after.`,
        expected: 'a name with letters of a to z, or digits',
        fix: 'Rename the key.',
      });
    } else if (other !== undefined) {
      report(value, 'name-collision', {
        message: `The channels ${JSON.stringify(other)} and ${JSON.stringify(name)} have the same name in generated code.`,
        found: `the folder ${folder} twice`,
        fix: 'Rename one of them.',
      });
    }
    byFolder.set(folder, other ?? name);
    if (folder.length <= maxFolder && !devices.test(folder)) continue;
    report(value, 'name-folder', {
      message: `No folder can be made of the name of the channel ${JSON.stringify(name.slice(0, 40))}.`,
      expected: `at most ${maxFolder} characters, and no name of a device (con, nul, com1 ...), which Windows keeps for itself`,
      found: folder.length > maxFolder ? `${folder.length} characters` : folder,
      fix: 'Rename the key.',
    });
  }
}
