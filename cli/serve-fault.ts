// `wirepact serve --fault`: which fault is meant, and the list of them.
import type { SeamDecorator } from '../runtime/server/index.ts';
import type { Contract } from '../scripts/model.ts';
import { documentPath } from './document.ts';
import { UsageError } from './exit-codes.ts';
import { type Io, paint } from './io.ts';

/** Throws a {@link UsageError} with the nearest ids where there is no such fault. */
export async function faultOf(id: string, contract: Contract, io: Io): Promise<SeamDecorator> {
  const [{ faults, findFault }, { contractChannels }] = await Promise.all([
    import('../faults/index.ts'),
    import('./contract-channels.ts'),
  ]);
  const fault = findFault(id);
  if (!fault) {
    const near = await nearestIds(
      id,
      faults.map((one) => one.id),
    );
    const meant = near.length === 0 ? '' : ` Did you mean ${near.join(' or ')}?`;
    throw new UsageError(`There is no fault "${id}".${meant} See them all: wirepact serve --fault list`);
  }
  if (!contractChannels(contract).some(({ table }) => fault.appliesTo(table))) {
    io.warn(`${id} breaks nothing here: ${contract.document} has nothing of the kind.`);
  }
  return (seam) => fault.apply(seam);
}

/** Prints each fault with what it does; those that break nothing of the document are marked, where there is one. */
export async function listFaults({ contract }: { readonly contract?: string }, io: Io): Promise<void> {
  const [{ faults }, { parseContract }, { contractChannels }] = await Promise.all([
    import('../faults/index.ts'),
    import('../scripts/parse/load.ts'),
    import('./contract-channels.ts'),
  ]);
  const tables = contractChannels(parseContract(documentPath(contract))).map(({ table }) => table);
  const width = Math.max(...faults.map((fault) => fault.id.length));
  for (const fault of faults) {
    const isIdle = !tables.some((table) => fault.appliesTo(table));
    io.print(`${fault.id.padEnd(width)}  ${fault.sentence}${isIdle ? paint(io, 'dim', ' (nothing here)') : ''}`);
  }
}

/** At most three: what a person most likely meant, and what shares most words with it. */
async function nearestIds(wanted: string, ids: readonly string[]): Promise<readonly string[]> {
  const { nearest } = await import('../scripts/parse/nearest.ts');
  const words = wanted.toLowerCase().split(/[^a-z0-9]+/);
  const shared = (id: string) => id.split(/[/-]/).filter((word) => word.length > 2 && words.includes(word)).length;
  const alike = ids.filter((id) => shared(id) > 0).sort((left, right) => shared(right) - shared(left));
  const found = [nearest(wanted, ids), ...alike].filter((id): id is string => id !== undefined);
  return [...new Set(found)].slice(0, 3);
}
