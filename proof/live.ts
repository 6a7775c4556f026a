// Whether a fault shows: what clients see of a server with it, and of one without, told apart by comparing two texts.
import type { Fault } from '../faults/index.ts';
import type { Channel } from '../scripts/model.ts';
import { type Scene, scenes } from './scenes.ts';
import { Stage } from './stage.ts';
import type { Stand } from './stand.ts';

export async function traceOf(stand: Stand, fault: Fault | null, scene: Scene, channel: Channel): Promise<string> {
  const stage = new Stage(stand, channel);
  await stage.start(fault);
  try {
    await scene(stage);
  } finally {
    await stage.close();
  }
  return [...stage.lines].map(([who, lines]) => [who, ...lines].join('\n  ')).join('\n');
}

const correct = new Map<string, Promise<string>>();

export const correctTrace = (stand: Stand, name: string, channel: Channel): Promise<string> => {
  const key = `${stand.name} ${name} ${channel.name}`;
  const known = correct.get(key) ?? traceOf(stand, null, scenes[name]!, channel);
  correct.set(key, known);
  return known;
};

/** Where a fault, or one of that kind, most likely shows; the others are tried after it. */
const first: { readonly [operator: string]: readonly string[] } = {
  handshake: ['knock'],
  auth: ['knock', 'exceed', 'talk'],
  validation: ['mistakes'],
  heartbeat: ['beat'],
  sequence: ['recover'],
  resync: ['recover'],
  limits: ['exceed'],
  'limits/backlog-slows-others': ['stall'],
  'permission/forbidden-room-joined': ['mistakes'],
  'permission/wrong-join-forbidden-code': ['mistakes'],
  'permission/wrong-mismatch-code': ['mistakes'],
  'close-codes': ['exceed', 'knock'],
  shutdown: ['shutdown'],
  'content/relays-trimmed': ['relay'],
  'content/relays-normalised': ['relay'],
  'content/names-room-of-address': ['relay'],
};

export async function isLive(stand: Stand, fault: Fault): Promise<boolean> {
  const likely = first[fault.id] ?? first[fault.id.split('/')[0]!] ?? ['talk', 'mistakes', 'recover'];
  for (const name of new Set([...likely, 'talk', 'knock', 'mistakes'])) {
    for (const [index, channel] of stand.contract.channels.entries()) {
      if (!fault.appliesTo(stand.tables[index]!)) continue;
      const faulty = await traceOf(stand, fault, scenes[name]!, channel);
      if (faulty !== (await correctTrace(stand, name, channel))) return true;
    }
  }
  return false;
}
