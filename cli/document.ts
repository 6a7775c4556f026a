// Which document a command is about: the one named, else asyncapi.yaml in the working directory.
import { existsSync } from 'node:fs';
import { UsageError } from './exit-codes.ts';

const usual = ['asyncapi.yaml', 'asyncapi.yml', 'asyncapi.json'];

/** Throws a {@link UsageError} where there is none. */
export function documentPath(named: string | undefined): string {
  if (named !== undefined) {
    if (existsSync(named)) return named;
    throw new UsageError(`There is no file ${named}. Check the path: it is taken from the working directory.`);
  }
  const found = usualDocument();
  if (found !== undefined) return found;
  throw new UsageError(
    'There is no asyncapi.yaml in this folder. Name the document, change to the folder that holds it, or begin one: wirepact init',
  );
}

/** The document of the working directory, by the names that are usual. */
export function usualDocument(): string | undefined {
  return usual.find((name) => existsSync(name));
}
