import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Bench, BenchOptions } from './bench.ts';
import { benchClients } from './clients.ts';
import { benchGenerateCheck } from './generate-check.ts';
import { benchGenerateCold } from './generate-cold.ts';
import { benchGenerateScale } from './generate-scale.ts';
import { benchGenerateWatch } from './generate-watch.ts';
import { root, runCommand } from './measure.ts';
import { benchServer } from './server.ts';
import { benchSuiteTime } from './suite-time.ts';
import { printTable } from './table.ts';
import { benchValidate } from './validate.ts';

const shortest: BenchOptions = {
  command: [process.execPath, join(root, 'bin/wirepact.js')],
  document: join(root, 'scripts/fixtures/kitchen.yaml'),
  rounds: 1,
  sizes: [2, 4],
  suite: ['--channel', 'chat', '--rule', 'handshake/*'],
  clientPeers: [],
  server: {
    peers: ['ws-loop'],
    bursts: [{ members: 20, messages: 10 }],
    rounds: 1,
    single: { members: 10, messages: 2 },
    idle: 100,
    rooms: { rooms: 3, members: 4, perSecond: 20, forMs: 1500, timeScale: 1 / 30 },
  },
};

test.each<[string, Bench, number]>([
  ['generate-cold', benchGenerateCold, 1],
  ['generate-check', benchGenerateCheck, 1],
  ['generate-watch', benchGenerateWatch, 1],
  ['generate-scale', benchGenerateScale, 4],
  ['validate', benchValidate, 2],
  ['suite-time', benchSuiteTime, 1],
  ['clients', benchClients, 8],
  ['server', benchServer, 13],
])(
  '%s runs in its shortest form',
  async (_name, bench, count) => {
    const rows = await bench(shortest);
    expect(rows).toHaveLength(count);
    for (const row of rows) expect(row.ratio, row.name).toBeGreaterThan(0);
    expect(printTable(rows).split('\n')).toHaveLength(count + 1);
  },
  180_000,
);

test('a command that fails is told with what it printed', async () => {
  const failing = [process.execPath, '--eval', 'console.error("no such thing"); process.exit(3)'];
  await expect(runCommand(failing)).rejects.toThrow(/ended with 3: no such thing/);
});
