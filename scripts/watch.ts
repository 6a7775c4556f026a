// Generates again whenever a file of the document changes, until it is told to stop.
import { type FSWatcher, readFileSync, watch as watchFolder } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import type { Finding } from './errors.ts';
import { type GenerateOptions, type GenerateResult, generate } from './generate.ts';
import { officialFindings } from './lint/official.ts';
import { OfficialParser } from './lint/official-parser.ts';

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
  let generations = 0;
  let stopped = false;
  const parser = options.official === false ? null : new OfficialParser();

  /** Beside what comes next: the parser needs longer than all the rest. Says nothing of a document that changed meanwhile. */
  const checkOfficially = async (official: OfficialParser): Promise<void> => {
    const generation = generations;
    try {
      const path = resolve(options.document);
      const findings = await officialFindings(official, path, readFileSync(path, 'utf8'));
      if (generation === generations && !stopped && findings.length > 0) options.onOfficial?.(findings);
    } catch (error) {
      if (!stopped) options.onError(error);
    }
  };

  const run = async (): Promise<void> => {
    if (running) {
      again = true;
      return;
    }
    running = true;
    do {
      again = false;
      generations += 1;
      const start = performance.now();
      try {
        const result = await generate({ ...options, official: false });
        names = new Set([resolve(options.document), ...result.inputs.map((path) => resolve(path))]);
        options.onResult(result, performance.now() - start);
        if (parser !== null && result.changes !== undefined) void checkOfficially(parser);
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
    stopped = true;
    parser?.stop();
    for (const watcher of watchers.values()) watcher.close();
  };
}
