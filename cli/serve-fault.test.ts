import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { faults } from '../faults/index.ts';
import { parseContract } from '../scripts/parse/load.ts';
import { UsageError } from './exit-codes.ts';
import type { Io } from './io.ts';
import { faultOf, listFaults } from './serve-fault.ts';

const document = fileURLToPath(new URL('../asyncapi.yaml', import.meta.url));
const contract = parseContract(document);

function recorder(): { readonly io: Io; readonly out: string[]; readonly err: string[] } {
  const [out, err]: [string[], string[]] = [[], []];
  const io: Io = { print: (line) => out.push(line), warn: (line) => err.push(line), color: false, verbose: false };
  return { io, out, err };
}

it('says which fault may be meant by one that does not exist', async () => {
  const { io } = recorder();
  const refused = faultOf('audience/pong-to-rom', contract, io);
  await expect(refused).rejects.toBeInstanceOf(UsageError);
  await expect(refused).rejects.toThrow(
    /There is no fault "audience\/pong-to-rom"\. Did you mean audience\/pong-to-room/,
  );
  await expect(faultOf('pong-rom', contract, io)).rejects.toThrow(/audience\/pong-to-room or multiplicity\/pong-twice/);
});

it('warns where a fault breaks nothing of the document', async () => {
  const { io, err } = recorder();
  const without = { ...contract, channels: contract.channels.filter(({ resync }) => resync === null) };
  await faultOf('resync/reversed', without, io);
  expect(err).toEqual(['resync/reversed breaks nothing here: asyncapi.yaml has nothing of the kind.']);
  await faultOf('resync/reversed', contract, io);
  expect(err).toHaveLength(1);
});

it('lists every fault with what it does', async () => {
  const { io, out } = recorder();
  await listFaults({ contract: document }, io);
  expect(out.map((line) => line.split(' ')[0])).toEqual(faults.map(({ id }) => id));
  expect(out.every((line) => line.endsWith('.'))).toBe(true);
});
