// Compiles schemas to the source of check functions with AJV: an ES module's text that needs no eval and no require.
import { _, Ajv, type CodeKeywordDefinition, type KeywordCxt, str } from 'ajv';
import standaloneModule from 'ajv/dist/standalone/index.js';
import type { JsonSchema } from '../model.ts';
import { FORMATS } from './formats.ts';

/** Names of `wirepact/validation` that the code of a check uses, and the code. */
export interface CompiledChecks {
  readonly imports: readonly string[];
  readonly code: string;
}

// AJV is CommonJS: its default export stands one step deeper where it is imported from ES modules.
const standaloneCode = standaloneModule.default;

/** @param schemas by the name that each check function gets: a JavaScript identifier. */
export function compileChecks(
  schemas: ReadonlyMap<string, JsonSchema>,
  definitions: { readonly [name: string]: JsonSchema },
): CompiledChecks {
  const ajv = new Ajv({
    code: { source: true, esm: true, lines: true, formats: _`formats` },
    // Keywords of the vocabulary and unknown formats are annotations.
    strict: false,
    logger: false,
    validateSchema: false,
    meta: false,
    addUsedSchema: false,
    ownProperties: namesInherited([...schemas.values(), definitions]),
    formats: Object.fromEntries(Object.keys(FORMATS).map((format) => [format, () => true])),
  });
  for (const keyword of ['maxLength', 'minLength']) ajv.removeKeyword(keyword).addKeyword(lengthKeyword(keyword));
  const ids: { [name: string]: string } = {};
  for (const [name, schema] of schemas) {
    ids[name] = `wirepact:${name}`;
    ajv.addSchema({ ...schema, $id: ids[name], definitions }, ids[name]);
  }
  return link(standaloneCode(ajv, ids));
}

/** Whether a schema names a property that every object inherits. Asking for own properties costs time, so it is only done
 * where `data.constructor` would find something that the message does not have. */
function namesInherited(value: unknown): boolean {
  if (typeof value === 'string') return value in Object.prototype;
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(([name, item]) => name in Object.prototype || namesInherited(item));
}

/** Counts code points only where the number of UTF-16 units leaves a doubt. */
function lengthKeyword(keyword: string): CodeKeywordDefinition {
  const isMax = keyword === 'maxLength';
  return {
    keyword,
    type: 'string',
    schemaType: 'number',
    error: {
      message: ({ schemaCode }) => str`must NOT have ${isMax ? 'more' : 'fewer'} than ${schemaCode} characters`,
      params: ({ schemaCode }) => _`{limit: ${schemaCode}}`,
    },
    code(context: KeywordCxt) {
      const { data, schema, gen } = context;
      const count = gen.scopeValue('func', { ref: lengthKeyword, code: _`codePointLength` });
      const limit = schema as number;
      context.fail(
        isMax
          ? _`${data}.length > ${limit} && ${count}(${data}) > ${limit}`
          : _`${data}.length < ${2 * limit} && (${data}.length < ${limit} || ${count}(${data}) < ${limit})`,
      );
    },
  };
}

/** Replaces what AJV takes from its own package by imports, and refuses code that a Content Security Policy would. */
function link(source: string): CompiledChecks {
  const imports = new Set<string>();
  const use = (name: string): string => {
    imports.add(name);
    return name;
  };
  const linked = source
    .replace('"use strict";\n', '')
    .replace(/^\/\*# sourceURL=.*\n/gm, '')
    .replace(/^export const (\w+) = (\w+);$/gm, 'const $1 = $2;')
    .replace(/^const (\w+) = require\("ajv\/dist\/runtime\/equal"\)\.default;$/gm, (_all, name: string) => {
      return `const ${name} = ${use('deepEqual')};`;
    })
    .replace(/^const (\w+) = codePointLength;$/gm, (_all, name: string) => `const ${name} = ${use('codePointLength')};`)
    .replace(
      /^const (\w+) = formats(?:\.(\w+)|\["([\w-]+)"\]);$/gm,
      (_all, name: string, bare: string, quoted: string) => {
        return `const ${name} = ${use(FORMATS[bare ?? quoted] ?? '')};`;
      },
    );
  const code = withoutUnusedSchemas(withoutUnreadDetails(linked));
  refuseUnsafe(code);
  return { imports: [...imports].sort(), code };
}

const STRING = '"(?:[^"\\\\]|\\\\.)*"';
const UNREAD = [
  `,schemaPath:${STRING}(?=,keyword:)`,
  // Of the parameters, only those that name a property are read.
  `,params:\\{(?!missingProperty|additionalProperty|propertyName)(?:[^{}"]|${STRING})*\\}(?=,message:)`,
];

/** Takes out of each breach what no issue tells: a third of the code. */
function withoutUnreadDetails(code: string): string {
  // Strings are matched first and kept, so a text of the document is never taken for code.
  const parts = new RegExp(`${STRING}|${UNREAD.join('|')}`, 'g');
  return code.replace(parts, (part) => (part.startsWith('"') ? part : ''));
}

/** AJV carries the schemas along; few checks read them. */
function withoutUnusedSchemas(code: string): string {
  return code.replace(/^const (schema\d+) = .*;\n/gm, (line, name: string) =>
    code.split(new RegExp(`\\b${name}\\b`)).length > 2 ? line : '',
  );
}

/** @throws where code that is not a string calls what builds code from strings, or loads a module. */
export function refuseUnsafe(code: string): void {
  const outsideStrings = code.replace(/"(?:[^"\\]|\\.)*"/g, '""');
  const found = /\b(?:require|eval|Function|import)\s*\(/.exec(outsideStrings);
  if (found === null) return;
  throw new Error(
    `A compiled validator contains \`${found[0]}\`, which a Content Security Policy forbids. ` +
      'A keyword of a schema needs support that the generator does not link; remove that keyword or report this.',
  );
}
