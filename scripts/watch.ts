// Generates again whenever a file of the document changes, until it is told to stop.
import { type FSWatcher, watch as watchFolder } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { type Finding, findingCodes } from './errors.ts';
import { type GenerateOptions, type GenerateResult, generate } from './generate.ts';
import { loadContract } from './parse/load.ts';

export interface WatchOptions extends GenerateOptions {
  /** Called after each generation, the first included. */
  readonly onResult: (result: GenerateResult, ms: number) => void;
  /** Called with what the official parser says of a document that was generated from: it takes longer than all the rest. */
  readonly onOfficial?: (findings: readonly Finding[]) => void;
  /** Called where the output could not be written; watching goes on. */
  readonly onError: (error: unknown) => void;
  /** How long a file must be left alone before it is read, ms: editors write in several steps. @default 40 */
  readonly settleMs?: number;
}

/** Resolves when the first generation is done; the returned function stops watching. */
export async function watch(options: WatchOptions): Promise<() => void> {
  const watchers = new Map<string, FSWatcher>();
  let names = new Set([resolve(options.document)]);
  let timer: NodeJS.Timeout | undefined;
  let running = false;
  let again = false;

  const run = async (): Promise<void> => {
    if (running) {
      again = true;
      return;
    }
    running = true;
    do {
      again = false;
      const start = performance.now();
      try {
        const result = await generate({ ...options, official: false });
        names = new Set([resolve(options.document), ...result.inputs.map((path) => resolve(path))]);
        options.onResult(result, performance.now() - start);
        if (options.official !== false && result.changes !== undefined) await checkOfficially(options);
      } catch (error) {
        options.onError(error);
      }
      follow();
    } while (again);
    running = false;
  };

  // Folders, not files: many editors replace a file by another of its name, and a watcher of the file would lose it.
  const follow = (): void => {
    for (const folder of new Set([...names].map((path) => dirname(path)))) {
      if (watchers.has(folder) || folder.includes('://')) continue;
      const watcher = watchFolder(folder, (_event, name) => {
        if (name !== null && !names.has(resolve(folder, basename(name)))) return;
        clearTimeout(timer);
        timer = setTimeout(() => void run(), options.settleMs ?? 40);
      });
      watcher.on('error', options.onError);
      watchers.set(folder, watcher);
    }
  };

  follow();
  await run();
  return () => {
    clearTimeout(timer);
    for (const watcher of watchers.values()) watcher.close();
  };
}

async function checkOfficially(options: WatchOptions): Promise<void> {
  const { findings } = await loadContract(options.document, options);
  const theirs = findings.filter(({ code }) => !Object.hasOwn(findingCodes, code));
  if (theirs.length > 0) options.onOfficial?.(theirs);
}
