// `npm run soak [NAME...]`: runs every soak of this folder, or those that are named, one after the other; exit code 1 where one does not hold.
import { readdirSync } from 'node:fs';

interface Soak {
  readonly name: string;
  /** Resolves to whether it held; what it found is printed. */
  run(): Promise<boolean>;
}

const isSoak = (value: unknown): value is Soak =>
  typeof value === 'object' && value !== null && 'name' in value && 'run' in value;

const wanted = process.argv.slice(2);
const failed: string[] = [];
for (const file of readdirSync(new URL('.', import.meta.url)).sort()) {
  if (!file.endsWith('.soak.ts')) continue;
  const exported: object = await import(new URL(file, import.meta.url).href);
  for (const soak of [exported, ...Object.values(exported)].filter(isSoak)) {
    if (wanted.length > 0 && !wanted.includes(soak.name)) continue;
    const startedAt = performance.now();
    const hasHeld = await soak.run();
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    console.log(`${soak.name}: ${hasHeld ? 'held' : 'BROKEN'}, ${seconds} s`);
    if (!hasHeld) failed.push(soak.name);
  }
}
process.exitCode = failed.length > 0 ? 1 : 0;
