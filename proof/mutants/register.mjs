// Loads one changed file in place of the one in the checkout. MUTANT names a file of JSON: { file, code }.
import { readFileSync } from 'node:fs';
import { register } from 'node:module';
import { pathToFileURL } from 'node:url';

const path = process.env.MUTANT;
if (path) {
  const { file, code } = JSON.parse(readFileSync(path, 'utf8'));
  register(new URL('./load.mjs', import.meta.url), { data: { url: pathToFileURL(file).href, code } });
}
