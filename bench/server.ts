// Measures the server beside a loop on `ws` and beside socket.io: processor time of bursts, latency of single messages, many
// rooms with heartbeats, and memory a connection.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Contract } from '../scripts/model.ts';
import type { Bench, Row } from './bench.ts';
import { root } from './measure.ts';
import { burstRows } from './server/burst.ts';
import { idleRows } from './server/idle.ts';
import { buildPrograms } from './server/programs.ts';
import { roomsRows } from './server/rooms.ts';
import { roomsLoad, sequencedLoad } from './server/shapes.ts';
import { singleRows } from './server/single.ts';
import type { ServerSizes } from './server/sizes.ts';
import { withFolder } from './with-folder.ts';

const full: ServerSizes = {
  peers: ['ws-loop', 'socketio'],
  bursts: [
    { members: 500, messages: 400 },
    { members: 5000, messages: 40 },
  ],
  rounds: 5,
  single: { members: 500, messages: 40 },
  idle: 8000,
  rooms: { rooms: 1000, members: 15, perSecond: 1000, forMs: 16_000, timeScale: 0.5 },
};

export const benchServer: Bench = ({ server: sizes = full }) =>
  withFolder(async (folder) => {
    const contract = JSON.parse(readFileSync(join(root, 'generated/model.json'), 'utf8')) as Contract;
    const programs = await buildPrograms(folder, sizes.peers);
    const sequenced = { programs, sizes, load: sequencedLoad(contract) };
    const rows: Row[] = [];
    // It takes minutes: whoever waits sees where it is, and what was measured stands though a later part fails.
    const measure = async (name: string, part: () => Promise<readonly Row[]>): Promise<void> => {
      process.stderr.write(`  ${name}\n`);
      const found = await part();
      for (const { name: what, measured, peer, ratio } of found) {
        process.stderr.write(`    ${what}: ${measured}, ${peer}, ${ratio.toFixed(2)} x\n`);
      }
      rows.push(...found);
    };
    for (const burst of sizes.bursts) {
      await measure(`burst ${burst.members} x ${burst.messages}`, () => burstRows(sequenced, burst));
    }
    await measure('single messages', () => singleRows(sequenced));
    await measure('memory', () => idleRows(sequenced));
    await measure('rooms', () => roomsRows({ programs, sizes, load: roomsLoad(contract) }));
    return rows;
  });
