// Loads Modelina without what it loads for inputs that it is never given here: the TypeScript compiler and the AsyncAPI
// parsers of three versions, which are two thirds of its 0.9 s.
import Module, { createRequire } from 'node:module';

type Modelina = typeof import('@asyncapi/modelina');

const UNUSED = ['typescript-json-schema', '@asyncapi/multi-parser'];

export function loadModelina(): Modelina {
  const require = createRequire(import.meta.url);
  const inner = createRequire(require.resolve('@asyncapi/modelina'));
  const placed: string[] = [];
  for (const name of UNUSED) {
    const path = resolveOrNull(inner, name);
    if (path === null || require.cache[path] !== undefined) continue;
    const empty = new Module(path);
    empty.loaded = true;
    require.cache[path] = empty;
    placed.push(path);
  }
  try {
    return require('@asyncapi/modelina') as Modelina;
  } finally {
    // Whoever asks for these modules later gets them whole.
    for (const path of placed) delete require.cache[path];
  }
}

/** Another version of Modelina may do without one of them. */
function resolveOrNull(require: NodeJS.Require, name: string): string | null {
  try {
    return require.resolve(name);
  } catch {
    return null;
  }
}
