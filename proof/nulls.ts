// Implementations that keep no contract: whatever they pass beyond what they deserve, a rule has given away.

import { localAdapter } from '../conformance/adapter/local.ts';
import { runClientConformance } from '../conformance/client/run.ts';
import type { CaseResult } from '../conformance/result.ts';
import { runServerConformance } from '../conformance/run.ts';
import { nullClient } from '../faults/client/null/index.ts';
import { deserved } from '../faults/null/deserved.ts';
import { nullServers, startNullServer } from '../faults/null/index.ts';
import type { Channel } from '../scripts/model.ts';
import type { NullRow } from './figures.ts';
import type { Stand } from './stand.ts';

const timeScale = 0.05;

const passedRules = (cases: readonly CaseResult[]): readonly string[] => [
  ...new Set(cases.filter(({ verdict }) => verdict === 'pass').map(({ rule }) => rule)),
];

export interface NullVerdict {
  readonly passed: readonly string[];
  /** Rules that the contract makes there, whatever became of them. */
  readonly declared: ReadonlySet<string>;
  /** What kept the suite from judging it at all. */
  readonly error: string | null;
}

/** @param again whether what was undecided is looked at again; a pass it may become, and nothing else does */
export async function passedBy(
  stand: Stand,
  name: keyof typeof nullServers,
  channels: readonly string[],
  again: boolean,
): Promise<NullVerdict> {
  const server = await startNullServer(nullServers[name]);
  try {
    const target = await stand.target({ url: server.url, controlUrl: null }, timeScale);
    const run = { parallel: 100, timeoutMs: 20_000 };
    const result = await runServerConformance(stand.contract, { ...target, run }, { channels, again });
    const declared = result.cases.filter(({ verdict }) => verdict !== 'not-applicable').map(({ rule }) => rule);
    return { passed: passedRules(result.cases), declared: new Set(declared), error: result.harnessError ?? null };
  } finally {
    await server.close();
  }
}

async function ofServer(
  stand: Stand,
  name: keyof typeof nullServers,
  channels: readonly string[],
  again: boolean,
): Promise<NullRow> {
  const { passed } = await passedBy(stand, name, channels, again);
  return { role: 'server', name, vacuous: passed.filter((rule) => !Object.hasOwn(deserved[name], rule)) };
}

/** What a client has earned that connects once, properly, and then does nothing about anything. */
const earned = [
  'handshake/client-address',
  'heartbeat/client-pongs',
  'reconnect/connect-after-stop',
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

/** On a server that answers nothing each case waits as long as it may: a quick look takes the first. */
export function channelsBySize({ contract }: Stand): readonly string[] {
  const size = ({ serverMessages, clientMessages }: Channel) => serverMessages.length + clientMessages.length;
  return contract.channels.toSorted((left, right) => size(left) - size(right)).map(({ name }) => name);
}

export interface NullOptions {
  readonly isQuick: boolean;
  /** One alone; undefined: all. Throws where there is none of that name. */
  readonly name?: string | undefined;
  readonly onRow: (row: NullRow) => void;
}

export async function proveNulls(stand: Stand, { isQuick, name: only, onRow }: NullOptions): Promise<void> {
  const names = channelsBySize(stand);
  const channels = isQuick ? names.slice(0, 1) : names;
  // Where nothing is answered, most of what is undecided would be looked at again alone, for as long as each may take: hours
  // on all channels. What a second look may pass that the first did not, it may on the smallest as well.
  const prove = async (name: keyof typeof nullServers): Promise<void> => {
    const row = await ofServer(stand, name, channels, false);
    const again = isQuick ? row : await ofServer(stand, name, names.slice(0, 1), true);
    onRow({ ...row, vacuous: [...new Set([...row.vacuous, ...again.vacuous])] });
  };
  const isMeant = (name: string): boolean => only === undefined || only === name;
  const ofServers = (Object.keys(nullServers) as (keyof typeof nullServers)[]).filter(isMeant);
  const ofClients = (Object.keys(clients) as (keyof typeof clients)[]).filter(isMeant);
  if (ofServers.length + ofClients.length === 0) throw new Error(`No implementation is called "${only}".`);
  // Side by side: nearly all of the time is waiting.
  await Promise.all(ofServers.map(prove));
  for (const name of ofClients) onRow(await ofClient(stand, name, channels));
}
