// The list of known failures that a command is given, named in reports as it is seen from the working directory.
import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { emptyKnownList, type KnownList, parseKnown } from '../conformance/verdict/known.ts';
import { UsageError } from './exit-codes.ts';

/** An empty list where there is no path. Throws a {@link UsageError} or a `KnownListError` where the file cannot be read. */
export async function readKnown(path: string | undefined): Promise<KnownList> {
  if (path === undefined) return emptyKnownList;
  const name = relative(process.cwd(), path);
  const text = await readFile(path, 'utf8').catch(() => null);
  if (text === null)
    throw new UsageError(
      `The known list ${path} cannot be read. Check the path: it is taken from the working directory.`,
    );
  return parseKnown(text, name);
}
