import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { emitters } from './emit/index.ts';
import { checkout, type OutputFolder, outputFolder } from './fixtures/compiled.ts';
import { temporaryFolder } from './fixtures/edited.ts';
import { emitAll, generate } from './generate.ts';
import { type LoadResult, loadContract } from './parse/load.ts';

const folder = fileURLToPath(new URL('fixtures/documents/', import.meta.url));
const plain = ['chat.yaml', 'market-data.yaml', 'telemetry.yaml', 'editing.yaml', 'notifications.json', 'game.yaml'];
const loaded = new Map<string, LoadResult>();
let output: OutputFolder;

beforeAll(async () => {
  output = outputFolder();
  for (const name of plain) loaded.set(name, await loadContract(join(folder, name)));
});

afterAll(() => output.remove());

function contractOf(name: string) {
  const contract = loaded.get(name)?.contract;
  if (contract === undefined) throw new Error(`${name} has no contract`);
  return contract;
}

test.each(plain)('%s has nothing but hints, which say what to add for which rules', (name) => {
  const findings = loaded.get(name)?.findings ?? [];
  expect(findings.filter(({ severity }) => severity !== 'info')).toEqual([]);
  const hints = findings.filter(({ code }) => code === 'vocabulary-hint').map(({ message }) => message);
  for (const key of ['delivery', 'trigger', 'auth', 'close-codes', 'heartbeat', 'reconnect', 'limits', 'error'])
    expect(hints.filter((hint) => hint.startsWith(`Add x-ws-${key} on `))).toHaveLength(1);
});

test('the command ends with 0 for hints', () => {
  const command = join(checkout, 'bin/wirepact.js');
  const run = spawnSync(process.execPath, [command, 'lint', '--no-official', join(folder, 'chat.yaml')], {
    encoding: 'utf8',
  });
  expect(run).toMatchObject({ status: 0 });
  expect(run.stdout).toMatch(/^ok .*chat\.yaml \(1 channel, 6 messages\): 13 hints\n$/);
});

test.each<[name: string, channel: string, discriminator: string | null, client: string[], server: string[]]>([
  ['chat.yaml', 'rooms', '/type', ['message', 'typing'], ['hello', 'message', 'user_typing', 'reaction_added']],
  ['market-data.yaml', 'marketDataV1', null, [], ['marketData']],
  ['market-data.yaml', 'orders', '/event', ['ping', 'subscribe'], ['pong', 'subscriptionStatus']],
  ['telemetry.yaml', 'device/telemetry', '/kind', ['measured', 'alarm'], []],
  ['telemetry.yaml', 'device/commands', null, ['commandResult'], ['command']],
  ['editing.yaml', 'document', '/header/kind', ['apply', 'cursor'], ['applied', 'cursor', 'acknowledged']],
  ['notifications.json', 'notifications', null, ['markRead'], ['notification']],
  ['game.yaml', 'lobby', '/event', ['join'], ['state', 'error']],
  ['game.yaml', 'match', '/event', ['join', 'move', 'map'], ['map', 'event', 'state', 'error']],
])('%s: the messages of %s are told apart by %s', (name, channelName, discriminator, client, server) => {
  const channel = contractOf(name).channels.find((one) => one.name === channelName);
  expect(channel?.envelope.discriminator).toBe(discriminator);
  expect(channel?.clientMessages.map(({ type }) => type)).toEqual(client);
  expect([...(channel?.serverMessages.map(({ type }) => type) ?? [])].sort()).toEqual([...server].sort());
});

test('what a document says beside the x-ws keys is read', () => {
  expect(contractOf('chat.yaml').channels[0]).toMatchObject({
    pathname: '/rtm',
    address: '/rooms/{roomId}',
    auth: { scheme: 'token', parameter: 'token', answers: [] },
    query: [
      { name: 'compress', required: false },
      { name: 'locale', schema: { enum: ['en', 'de', 'fr'] } },
    ],
  });
  expect(contractOf('market-data.yaml').channels[1]?.clientMessages[1]?.reply).toMatchObject({
    messages: ['subscriptionStatus'],
    correlation: { request: '/reqid', reply: '/reqid' },
  });
  expect(contractOf('editing.yaml').channels[0]?.envelope.id).toBe('/header/id');
  expect(contractOf('telemetry.yaml').channels.map(({ name }) => name)).not.toContain('archive');
  expect(contractOf('telemetry.yaml').channels[0]?.clientMessages[0]).toMatchObject({
    title: 'Measured values',
    examples: [{ payload: { kind: 'measured' } }],
  });
  expect(contractOf('notifications.json').channels[0]?.auth).toMatchObject({ scheme: 'key', parameter: 'api_key' });
});

test('what is generated from all of them compiles', async () => {
  for (const name of plain) output.add(name.replace(/\W/g, '-'), await emitAll(contractOf(name), emitters));
  expect(output.compile()).toEqual([]);
});

test('a payload in another schema language is refused by name, and nothing is written', async () => {
  const out = join(temporaryFolder(), 'out');
  const { findings, changes } = await generate({ document: join(folder, 'avro.yaml'), out, official: false });
  expect(changes).toBeUndefined();
  expect(existsSync(out)).toBe(false);
  expect(findings.filter(({ severity }) => severity === 'error')).toMatchObject([
    { code: 'schema-format', line: 10, found: 'application/vnd.apache.avro;version=1.9.0' },
  ]);
});

test('every document here is tested', () => {
  const names = readdirSync(folder).filter((name) => /\.(?:yaml|json)$/.test(name));
  expect(names.filter((name) => ![...plain, 'avro.yaml'].includes(name))).toEqual([]);
});
