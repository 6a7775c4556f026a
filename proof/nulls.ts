// Implementations that keep no contract: whatever they pass beyond what they deserve, a rule has given away.

import { localAdapter } from '../conformance/adapter/local.ts';
import { runClientConformance } from '../conformance/client/run.ts';
import type { CaseResult } from '../conformance/result.ts';
import { runServerConformance } from '../conformance/run.ts';
import { nullClient } from '../faults/client/null/index.ts';
import { deserved } from '../faults/null/deserved.ts';
import { nullServers, startNullServer } from '../faults/null/index.ts';
import type { NullRow } from './figures.ts';
import type { Stand } from './stand.ts';

const timeScale = 0.05;

const passedRules = (cases: readonly CaseResult[]): readonly string[] => [
  ...new Set(cases.filter(({ verdict }) => verdict === 'pass').map(({ rule }) => rule)),
];

async function ofServer(stand: Stand, name: keyof typeof nullServers, channels: readonly string[]): Promise<NullRow> {
  const server = await startNullServer(nullServers[name]);
  try {
    const target = await stand.target({ url: server.url, controlUrl: null }, timeScale);
    const run = { parallel: 100, timeoutMs: 20_000 };
    const { cases } = await runServerConformance(stand.contract, { ...target, run }, { channels });
    const vacuous = passedRules(cases).filter((rule) => !Object.hasOwn(deserved[name], rule));
    return { role: 'server', name, vacuous };
  } finally {
    await server.close();
  }
}

/** What a client has earned that connects once, properly, and then does nothing about anything. */
const earned = [
  'handshake/client-address',
  'heartbeat/client-pongs',
  'reconnect/connect-is-idempotent',
  'reconnect/offline-keeps-connection',
  'reconnect/one-connection',
];

const clients = { 'never-connects': [], silent: earned, 'ignores-everything': earned } as const;

async function ofClient(stand: Stand, name: keyof typeof clients, channels: readonly string[]): Promise<NullRow> {
  const adapter = localAdapter(name, (write) => nullClient(name, write));
  const { cases } = await runClientConformance(stand.contract, adapter, { channels });
  const may: readonly string[] = clients[name];
  return { role: 'client', name, vacuous: passedRules(cases).filter((rule) => !may.includes(rule)) };
}

/** On a server that answers nothing each case waits as long as it may: a quick look takes the channel with the fewest messages. */
export async function proveNulls(stand: Stand, isQuick: boolean, onRow: (row: NullRow) => void): Promise<void> {
  const sizes = new Map(
    stand.contract.channels.map((one) => [one.name, one.serverMessages.length + one.clientMessages.length]),
  );
  const names = [...sizes.keys()].sort((left, right) => sizes.get(left)! - sizes.get(right)!);
  const channels = isQuick ? names.slice(0, 1) : names;
  for (const name of Object.keys(nullServers) as (keyof typeof nullServers)[])
    onRow(await ofServer(stand, name, channels));
  for (const name of Object.keys(clients) as (keyof typeof clients)[]) onRow(await ofClient(stand, name, channels));
}
