// Turns schemas into expressions that make checks of `wirepact/validation`: text that needs no eval and no require.
import type { JsonSchema } from '../model.ts';
import { FORMATS } from './formats.ts';
import { literal } from './printer.ts';
import { isSchema, referenceOf, requiredNames, schemaList, schemaMap } from './schema.ts';

/** The check of each type of JSON Schema. */
const KINDS = {
  array: 'list',
  boolean: 'boolean',
  integer: 'integer',
  null: 'nothing',
  number: 'number',
  object: 'record',
  string: 'string',
} as const;

type Kind = keyof typeof KINDS;

/** What a schema is that checks nothing. */
const ANYTHING = 'anything';

export interface CompiledChecks {
  /** Names of `wirepact/validation` that the expressions use, sorted. */
  readonly imports: readonly string[];
  /** Constants, in the order in which they need one another. */
  readonly parts: readonly (readonly [name: string, expression: string])[];
  /** By the name of the schema, the name of its check. */
  readonly checks: ReadonlyMap<string, string>;
}

export function compileChecks(
  schemas: ReadonlyMap<string, JsonSchema>,
  definitions: { readonly [name: string]: JsonSchema },
): CompiledChecks {
  const imports = new Set<string>();
  /** The name of each part by its text: what several messages have in common is there once. */
  const parts = new Map<string, string>();
  const made = new Map<string, string>();
  /** Definitions that are being compiled, and the name of each that was met inside itself. */
  const open = new Map<string, string | null>();
  let circles = 0;

  const use = (name: string): string => {
    imports.add(name);
    return name;
  };

  /** A call is a constant of its own, which nothing keeps where it is not used. */
  function call(name: string, ...values: readonly string[]): string {
    const text = `/* @__PURE__ */ ${use(name)}(${values.join(', ')})`;
    const part = parts.get(text) ?? `check${parts.size}`;
    parts.set(text, part);
    return part;
  }

  function definition(name: string): string {
    const known = made.get(name);
    if (known !== undefined) return known;
    const schema = definitions[name];
    if (schema === undefined) return ANYTHING;
    const circle = open.get(name);
    if (circle !== undefined) {
      const own = circle ?? `circle${circles++}`;
      open.set(name, own);
      return call('lazy', `() => ${own}`);
    }
    open.set(name, null);
    const check = compile(schema);
    const own = open.get(name);
    open.delete(name);
    if (own) parts.set(check, own);
    made.set(name, check);
    return check;
  }

  function compile(schema: unknown): string {
    if (schema === false) return use('never');
    if (!isSchema(schema)) return ANYTHING;
    const reference = referenceOf(schema);
    if (reference !== undefined) return definition(reference);
    const has = (keyword: string): boolean => schema[keyword] !== undefined;
    const compileAll = (keyword: string): string[] => schemaList(schema, keyword).map(compile);
    const rules: string[] = [];
    const bounds = (...keywords: readonly string[]): void => {
      for (const keyword of keywords)
        if (typeof schema[keyword] === 'number') rules.push(call(keyword, literal(schema[keyword])));
    };

    const kinds = [schema.type]
      .flat()
      .filter((kind) => typeof kind === 'string' && Object.hasOwn(KINDS, kind)) as Kind[];
    const isObject = kinds.length === 1 && kinds[0] === 'object';
    const isArray = kinds.length === 1 && kinds[0] === 'array';
    const isList = isArray && isSchema(schema.items);
    const needed = requiredNames(schema);
    const isShaped = needed.length > 0 || schemaMap(schema, 'properties').length > 0;
    const allowed = has('const') ? [schema.const] : schemaList(schema, 'enum');
    const isTextOnly =
      kinds[0] === 'string' && allowed.length > 0 && allowed.every((value) => typeof value === 'string');
    // The shape of an object, the items of a list and the texts that are allowed check the type themselves.
    const kindChecks = kinds.map((kind) => use(KINDS[kind]));
    if (kindChecks.length > 1) rules.push(call('types', literal(kinds.join(',')), ...kindChecks));
    else if (!(isObject && isShaped) && !isList && !isTextOnly) rules.push(...kindChecks);

    bounds('maximum', 'minimum', 'exclusiveMaximum', 'exclusiveMinimum', 'multipleOf', 'maxLength', 'minLength');
    if (typeof schema.pattern === 'string') rules.push(call('pattern', literal(schema.pattern)));
    const format = typeof schema.format === 'string' && Object.hasOwn(FORMATS, schema.format) && FORMATS[schema.format];
    if (format) rules.push(call('format', literal(schema.format), use(format)));

    if (has('const')) rules.push(call(isPlain(schema.const) ? 'constant' : 'equal', literal(schema.const)));
    const listed = schemaList(schema, 'enum');
    if (has('enum')) rules.push(call(listed.every(isPlain) ? 'among' : 'amongEqual', ...listed.map(literal)));
    rules.push(...compileAll('allOf'));
    for (const keyword of ['anyOf', 'oneOf']) if (has(keyword)) rules.push(call(keyword, ...compileAll(keyword)));
    if (has('not')) rules.push(call('not', compile(schema.not)));
    if (has('if')) rules.push(call('either', ...[schema.if, schema.then ?? true, schema.else ?? true].map(compile)));

    if (Array.isArray(schema.items)) {
      rules.push(call('tuple', ...compileAll('items')));
      const { additionalItems, items } = schema;
      if (additionalItems === false) rules.push(call('maxItems', String(items.length)));
      else if (has('additionalItems')) rules.push(call('items', compile(additionalItems), String(items.length)));
    } else if (has('items')) rules.push(call(isList ? 'arrayOf' : 'items', compile(schema.items)));
    bounds('maxItems', 'minItems');
    if (schema.uniqueItems === true) rules.push(use('uniqueItems'));
    if (has('contains')) rules.push(call('contains', compile(schema.contains)));

    if (isShaped) rules.push(call(isObject ? 'object' : 'properties', shape(schema, needed)));
    bounds('maxProperties', 'minProperties');
    if (has('propertyNames')) rules.push(call('propertyNames', compile(schema.propertyNames)));
    const patterns = schemaMap(schema, 'patternProperties');
    if (has('additionalProperties') && schema.additionalProperties !== true) {
      const known = [schemaMap(schema, 'properties'), patterns].map((map) => map.map(([name]) => name));
      while (known.at(-1)?.length === 0) known.pop();
      rules.push(call('others', compile(schema.additionalProperties), ...known.map(literal)));
    }
    for (const [source, value] of patterns) rules.push(call('matching', literal(source), compile(value)));
    for (const [name, value] of schemaMap(schema, 'dependencies'))
      rules.push(call('dependency', literal(name), compile(Array.isArray(value) ? { required: value } : value)));

    const checks = rules.filter((rule) => rule !== ANYTHING);
    return checks.length > 1 ? call('all', ...checks) : (checks[0] ?? ANYTHING);
  }

  /** What looks at the properties of an object: those that must be there first. */
  function shape(schema: JsonSchema, needed: readonly string[]): string {
    const properties = new Map(schemaMap(schema, 'properties'));
    const optional = [...properties.keys()].filter((name) => !needed.includes(name));
    const look = (kind: string, name: string): string =>
      `${use(kind)}(${access(name)}, ${literal(name)}, ${compile(properties.get(name) ?? true)})`;
    const looks = [...new Set(needed)]
      .map((name) => look('need', name))
      .concat(optional.map((name) => look('may', name)));
    return `(v) => ${looks.join(' ?? ')}`;
  }

  const access = (name: string): string => {
    if (name in Object.prototype) return `${use('own')}(v, ${literal(name)})`;
    return /^[A-Za-z_$][\w$]*$/.test(name) ? `v.${name}` : `v[${literal(name)}]`;
  };

  const checks = new Map([...schemas].map(([name, schema]) => [name, compile(schema)]));
  const outsideStrings = [...parts.keys(), ...checks.values()].join(' ').replace(/'(?:[^'\\]|\\.)*'/g, "''");
  if (new RegExp(`\\b${ANYTHING}\\b`).test(outsideStrings)) imports.add(ANYTHING);
  return { imports: [...imports].sort(), parts: [...parts].map(([text, name]) => [name, text]), checks };
}

const isPlain = (value: unknown): boolean => typeof value !== 'object' || value === null;
