// Shows a schema as a table: a row for each property, nested ones by their path.
import type { Contract, JsonSchema } from '../../model.ts';
import { descriptionOf, isSchema, referenceOf, requiredNames, schemaList, schemaMap } from '../schema.ts';
import { boundSentences } from '../type-doc.ts';
import { type Content, code, type Html, html, table } from './html.ts';
import { inline } from './markdown.ts';
import { levelMark } from './words.ts';

type Definitions = Contract['definitions'];

/** What a table refers to: the definitions, and the anchors of those that the page tells once. */
export interface Known {
  readonly definitions: Definitions;
  readonly types: ReadonlyMap<string, string>;
}

export function schemaTable(schema: JsonSchema, known: Known): Html | undefined {
  const head = ['Property', 'Type', 'Required', 'Bounds', 'Meaning'];
  return table(head, rowsOf(schema, known, '', new Set()), { isCode: true });
}

/** The types that are told once. */
export function typesTable({ definitions, types }: Known): Html | undefined {
  const rows = [...types].map(([name]) => {
    const schema = definitions[name] ?? {};
    return [name, typeWords(schema, definitions), bounds(schema), inline(descriptionOf(schema) ?? '')];
  });
  const anchors = [...types.values()];
  return table(['Type', 'Is', 'Bounds', 'Meaning'], rows, { isCode: true, idOf: (row) => anchors[row] ?? '' });
}

/** A definition that contains itself is shown once. */
function rowsOf(schema: unknown, known: Known, path: string, open: ReadonlySet<string>): Content[][] {
  const name = referenceOf(schema);
  if (name !== undefined && open.has(name)) return [];
  const inside = name === undefined ? open : new Set([...open, name]);
  const target = resolve(schema, known.definitions);
  const rows = schemaMap(target, 'properties').flatMap(([property, value]) =>
    propertyRows(target, property, value, known, path === '' ? property : `${path}.${property}`, inside),
  );
  for (const keyword of ['allOf', 'anyOf', 'oneOf']) {
    for (const part of schemaList(target, keyword)) rows.push(...rowsOf(part, known, path, inside));
  }
  if (isSchema(target.items)) rows.push(...rowsOf(target.items, known, `${path}[]`, inside));
  if (isSchema(target.additionalProperties)) {
    rows.push(...rowsOf(target.additionalProperties, known, `${path}{}`, inside));
  }
  return rows;
}

function propertyRows(
  parent: JsonSchema,
  property: string,
  value: unknown,
  known: Known,
  path: string,
  open: ReadonlySet<string>,
): Content[][] {
  const schema = resolve(value, known.definitions);
  const should = schemaList(parent, 'x-ws-should').includes(`required/${property}`);
  const required = requiredNames(parent).includes(property) && ['yes', should && [' ', levelMark('SHOULD')]];
  const own = descriptionOf(value);
  const name = referenceOf(value) ?? '';
  const anchor = known.types.get(name);
  const words = typeWords(value, known.definitions);
  const row =
    anchor === undefined
      ? [path, words, required, bounds(schema), inline(own ?? descriptionOf(schema) ?? '')]
      : [path, [words, ' (', html`<a href="#${anchor}">${name}</a>`, ')'], required, '', inline(own ?? '')];
  return [row, ...rowsOf(value, known, path, open)];
}

function bounds(schema: JsonSchema): Content {
  const sentences = boundSentences(schema);
  if (Object.hasOwn(schema, 'default')) sentences.push(`Default: \`${JSON.stringify(schema.default)}\`.`);
  const should = schemaList(schema, 'x-ws-should').filter((keyword) => typeof keyword === 'string');
  const keywords = should.filter((keyword) => !keyword.startsWith('required/'));
  const marked = keywords.length > 0 && html` <b>SHOULD: ${keywords.join(', ')}</b>`;
  return [inline(sentences.join(' ')), marked];
}

export function resolve(schema: unknown, definitions: Definitions): JsonSchema {
  const name = referenceOf(schema);
  if (name !== undefined && Object.hasOwn(definitions, name)) return resolve(definitions[name], definitions);
  return isSchema(schema) ? schema : {};
}

/** A schema's type in words. */
export function typeWords(schema: unknown, definitions: Definitions, depth = 0): Content {
  const target = resolve(schema, definitions);
  if (depth > 4) return 'any';
  if (Object.hasOwn(target, 'const')) return code(JSON.stringify(target.const));
  if (Array.isArray(target.enum)) return joined(target.enum.map((value) => code(JSON.stringify(value))));
  for (const keyword of ['anyOf', 'oneOf']) {
    const words = schemaList(target, keyword).map((branch) => typeWords(branch, definitions, depth + 1));
    if (words.length > 0 && target.type === undefined) return joined(words);
  }
  const types = Array.isArray(target.type) ? target.type : [target.type];
  return joined(types.map((type) => plainWords(type, target, definitions, depth)));
}

function plainWords(type: unknown, schema: JsonSchema, definitions: Definitions, depth: number): Content {
  if (type === 'array') return ['array of ', typeWords(schema.items, definitions, depth + 1)];
  const isMap =
    type === 'object' && schemaMap(schema, 'properties').length === 0 && isSchema(schema.additionalProperties);
  if (isMap) return ['map to ', typeWords(schema.additionalProperties, definitions, depth + 1)];
  if (typeof type === 'string') return type;
  return schemaMap(schema, 'properties').length > 0 || Array.isArray(schema.allOf) ? 'object' : 'any';
}

function joined(items: readonly Content[]): Content {
  return items.flatMap((item, i) => (i === 0 ? [item] : [' or ', item]));
}
