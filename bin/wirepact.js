#!/usr/bin/env node
// Starts the command: from source in a checkout, from `dist/` in an installed package (which has no source).
import { existsSync } from 'node:fs';
import { register } from 'node:module';

if (existsSync(new URL('../cli/main.ts', import.meta.url))) {
  const tsx = await import('tsx/esm/api');
  tsx.register();
  register('./source-hooks.js', import.meta.url);
  await import('../cli/main.ts');
} else {
  await import('../dist/cli/main.js');
}
