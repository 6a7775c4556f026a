// The peer of generation: the official parser alone, in a process of its own. Plain JavaScript, so that no loader is timed.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Parser } from '@asyncapi/parser';

const path = resolve(process.argv[2] ?? 'asyncapi.yaml');
const { document } = await new Parser().parse(readFileSync(path, 'utf8'), { source: path });
if (document === undefined) throw new Error(`The official parser refuses ${path}: run \`npx wirepact lint\`.`);
