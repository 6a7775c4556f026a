// Writes the script that the console's page loads: the served contract as data, and its validators as calls. It is made when
// the server starts, so that the console works for whatever document is served.
import type { Path } from '../../runtime/client/table.ts';
import { clientTable } from '../../scripts/emit/client-table.ts';
import { compileChecks } from '../../scripts/emit/compile.ts';
import { leastMessage } from '../../scripts/emit/least-message.ts';
import type { Channel, Contract, Message } from '../../scripts/model.ts';
import { sampleOf } from '../sample-url.ts';
import type { Served } from '../served.ts';
import type { ConsoleChannel, ConsoleContract, ConsoleMessage, PublishedMessage, TableData } from './contract-data.ts';
import { ruleLinks } from './rule-links.ts';

export function contractScript(
  contract: Contract,
  served: Served,
  { url, timeScale }: Pick<ConsoleContract, 'url' | 'timeScale'>,
): string {
  const links = ruleLinks(contract);
  const data: ConsoleContract = {
    title: contract.title,
    url,
    timeScale,
    users: served.users.map(({ id, name }) => ({ id, name })),
    channels: contract.channels.map((channel) => channelData(contract, channel, links.get(channel.name) ?? {})),
  };
  const validators = contract.channels.map(
    (channel) => `{
  client: ${validatorTable(contract, channel.clientMessages)},
  server: ${validatorTable(contract, channel.serverMessages)},
}`,
  );
  return `import { start, validation } from './console.js';\nstart(${JSON.stringify(data)}, [${validators.join(', ')}]);\n`;
}

function channelData(contract: Contract, channel: Channel, rules: ConsoleChannel['rules']): ConsoleChannel {
  const { room } = channel;
  return {
    name: channel.name,
    title: channel.title ?? channel.name,
    table: clientTable(contract, channel) as TableData,
    parameters: channel.parameters.map(({ name, schema }) => ({ name, value: sampleOf(schema) })),
    query: Object.fromEntries(
      channel.query.filter(({ required }) => required).map(({ name, schema }) => [name, sampleOf(schema)]),
    ),
    room: room?.scope === 'room' ? room.parameter : null,
    roomPaths: roomPaths(channel),
    client: channel.clientMessages.map((message) => messageData(contract, channel, message)),
    server: channel.serverMessages.flatMap((message): PublishedMessage[] => {
      const word = message.delivery?.to ?? 'direct';
      if (word === 'direct') return [];
      const to = word === 'user' ? 'users' : word === 'everyone' ? word : 'room';
      return [{ ...messageData(contract, channel, message), to }];
    }),
    rules,
  };
}

/** Where messages name the room that they are meant for: that of the address, unless they may join another. */
function roomPaths({ room }: Channel): Path[] {
  const pointers = [room?.selector, room?.join?.onlyAddress === true ? room.join.room : null];
  return pointers.flatMap((pointer) => (pointer ? [pointer.split('/').slice(1).map(unescapeName)] : []));
}

const unescapeName = (name: string): string => name.replaceAll('~1', '/').replaceAll('~0', '~');

function messageData(contract: Contract, channel: Channel, message: Message): ConsoleMessage {
  const { type, summary, title, examples } = message;
  return {
    type,
    summary: summary ?? title ?? '',
    example: examples[0]?.payload ?? leastMessage(contract, channel, message),
  };
}

/** An expression: what `generate` writes into a module, here with the names taken out of one object. */
function validatorTable(contract: Contract, messages: readonly Message[]): string {
  const schemas = new Map(messages.map(({ schema }, index) => [String(index), schema]));
  const { imports, parts, checks } = compileChecks(schemas, contract.definitions);
  const rows = messages.map(({ type }, index) => `[${JSON.stringify(type)}]: ${checks.get(String(index)) ?? 'never'}`);
  const names = [...new Set([...imports, 'createTable', 'never'])];
  return `(() => {
const { ${names.join(', ')} } = validation;
${parts.map(([name, expression]) => `const ${name} = ${expression};`).join('\n')}
return createTable({ ${rows.join(', ')} });
})()`;
}
