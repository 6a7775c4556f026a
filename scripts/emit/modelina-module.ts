// Loads of Modelina what prints TypeScript from JSON Schemas: not the printers of other languages, and not what reads
// inputs that it is never given here (the TypeScript compiler, AsyncAPI, OpenAPI, Avro), which is nine tenths of its time.
import Module, { createRequire } from 'node:module';

type Modelina = typeof import('@asyncapi/modelina');

/** What {@link loadModelina} gives. */
export type Printer = Pick<Modelina, 'TypeScriptGenerator' | 'JsonSchemaInputProcessor'>;

/** What Modelina reads inputs with that it is never given here. */
export const unusedReaders: readonly string[] = [
  '@apidevtools/swagger-parser',
  '@asyncapi/multi-parser',
  '@asyncapi/parser',
  '@asyncapi/parser/cjs/utils',
  'alterschema',
  'fast-xml-parser',
  'typescript-json-schema',
];

/** Give the generator what the processor returns, never a schema: its own processor asks the readers that are not there. */
export function loadModelina(): Printer {
  const require = createRequire(import.meta.url);
  const inner = createRequire(require.resolve('@asyncapi/modelina'));
  const placed: string[] = [];
  for (const name of unusedReaders) {
    const path = resolveOrNull(inner, name);
    if (path === null || require.cache[path] !== undefined) continue;
    const empty = new Module(path);
    empty.loaded = true;
    require.cache[path] = empty;
    placed.push(path);
  }
  try {
    const { TypeScriptGenerator } = inner('./generators/typescript/index.js') as Modelina;
    const { JsonSchemaInputProcessor } = inner('./processors/JsonSchemaInputProcessor.js') as Modelina;
    return { TypeScriptGenerator, JsonSchemaInputProcessor };
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
