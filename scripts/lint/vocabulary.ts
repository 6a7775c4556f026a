// x-ws keys stand where they mean something, and say what their schema allows.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv, type AnySchemaObject, type ErrorObject, type Options, type ValidateFunction } from 'ajv';
import { nearest } from '../parse/nearest.ts';
import { pointerTokens } from '../parse/pointer.ts';
import { isRecord, type Value } from '../parse/value.ts';
import type { LintInput } from './lint.ts';

/** Where each key means something, as the first tokens of its pointer; `*` is any name. */
const places: { readonly [key: string]: readonly string[] } = {
  'x-ws-parameter': ['channels/*/parameters/*', 'components/parameters/*'],
  'x-ws-delivery': ['channels/*/messages/*', 'components/messages/*', 'components/messageTraits/*'],
  'x-ws-trigger': ['channels/*/messages/*', 'components/messages/*', 'components/messageTraits/*'],
  'x-ws-requires': ['operations/*', 'components/operations/*', 'components/operationTraits/*'],
  'x-ws-idempotent': ['operations/*', 'components/operations/*', 'components/operationTraits/*'],
  'x-ws-request': ['operations/*', 'components/operations/*', 'components/operationTraits/*'],
  'x-ws-queue': [
    'channels/*',
    'components/channels/*',
    'operations/*',
    'components/operations/*',
    'components/operationTraits/*',
  ],
};
const onChannel = ['channels/*', 'components/channels/*'];
/** May stand in any schema or row. */
const anywhere = new Set(['x-ws-should', 'x-ws-level']);

export function checkVocabulary({ document, documents }: LintInput): void {
  const schemas = loadSchemas();
  for (const value of eachKey(document)) {
    const tokens = pointerTokens(value.pointer);
    const key = tokens.at(-1) ?? '';
    if (tokens[0] === 'components' && tokens.length === 2) continue;
    const validate = schemas.get(key);
    if (validate === undefined) {
      if (schemas.size === 0) continue;
      const near = nearest(key, [...schemas.keys()]);
      documents.report('vocabulary-key', value, {
        message: `There is no key ${key}.`,
        expected: `one of ${[...schemas.keys()].join(', ')}`,
        found: key,
        fix:
          near === undefined ? 'Remove it, or let it begin with another prefix than x-ws-.' : `Did you mean ${near}?`,
      });
      continue;
    }
    const allowed = places[key] ?? onChannel;
    if (!anywhere.has(key) && !allowed.some((place) => fits(place, tokens.slice(0, -1)))) {
      documents.report('vocabulary-place', value, {
        message: `${key} means nothing here.`,
        expected: `on ${allowed.map((place) => place.replaceAll('*', 'NAME')).join(', ')}`,
        found: `on ${value.pointer.slice(0, value.pointer.lastIndexOf('/')) || 'the root'}`,
        fix: 'Move it there.',
      });
      continue;
    }
    const plain = written(value.resolve(), 0);
    for (const error of telling(validate(plain))) tell(value.resolve(), key, error, documents);
  }
}

function fits(place: string, tokens: readonly string[]): boolean {
  const parts = place.split('/');
  return parts.length === tokens.length && parts.every((part, index) => part === '*' || part === tokens[index]);
}

/** What is wrong with a value; empty where nothing is. */
type KeyCheck = (value: unknown) => readonly ErrorObject[];

let known: Map<string, KeyCheck> | undefined;

/** In a checkout this file is in `scripts/lint`, in the package in `dist/scripts/lint`. */
function loadSchemas(): Map<string, KeyCheck> {
  known ??= readSchemas();
  return known;
}

function readSchemas(): Map<string, KeyCheck> {
  const folders = ['../../vocabulary/', '../../../vocabulary/'].map((path) =>
    fileURLToPath(new URL(path, import.meta.url)),
  );
  const folder = folders.find((path) => existsSync(path));
  const found = new Map<string, KeyCheck>();
  if (folder === undefined) return found;
  for (const name of readdirSync(folder).sort()) {
    const key = /^(x-ws-[a-z-]+)\.schema\.json$/.exec(name)?.[1];
    if (key !== undefined) found.set(key, checkOf(`${folder}/${name}`));
  }
  return found;
}

// The schemas are our own and tested; each is run a few times, so that polishing its code costs more than it saves.
const options: Options = {
  strict: false,
  logger: false,
  validateFormats: false,
  meta: false,
  validateSchema: false,
  code: { optimize: false },
};

/** For yes or no, which is half the code. */
const accepting = new Ajv({ ...options, messages: false });
/** To tell why not. */
const explaining = new Ajv({ ...options, allErrors: true, verbose: true });

/** Reads and compiles at the first use. */
function checkOf(path: string): KeyCheck {
  let schema: AnySchemaObject | undefined;
  let accepts: ValidateFunction | undefined;
  let explain: ValidateFunction | undefined;
  return (value) => {
    schema ??= JSON.parse(readFileSync(path, 'utf8')) as AnySchemaObject;
    accepts ??= accepting.compile(schema);
    if (accepts(value)) return [];
    explain ??= explaining.compile(schema);
    explain(value);
    return explain.errors ?? [];
  };
}

/** Every x-ws key as it is written in the document, outside of literal values. */
function* eachKey(value: Value): Generator<Value> {
  const { raw } = value;
  if (Array.isArray(raw)) for (const index of raw.keys()) yield* eachKey(value.at(index));
  if (!isRecord(raw)) return;
  for (const key of Object.keys(raw)) {
    const child = value.at(key);
    if (key.startsWith('x-ws-')) yield child;
    else if (!literals.has(key)) yield* eachKey(child);
  }
}

const literals = new Set(['examples', 'example', 'default', 'const', 'enum']);

/** The value with its references followed, except in schemas and literal values. */
function written(value: Value, depth: number): unknown {
  if (depth > 12) return value.raw;
  const { raw } = value;
  if (Array.isArray(raw)) return raw.map((_, index) => written(value.field(index), depth + 1));
  if (!isRecord(raw)) return raw;
  return Object.fromEntries(
    Object.keys(raw).map((key) => [
      key,
      key === 'schema' || key === 'value' ? raw[key] : written(value.field(key), depth + 1),
    ]),
  );
}

/** Of a failed choice only what lies deepest: the rest says that none of the branches fits. */
function telling(errors: readonly ErrorObject[]): ErrorObject[] {
  const combined = new Set(['if', 'oneOf', 'anyOf', 'allOf']);
  const leaves = errors.filter(({ keyword }) => !combined.has(keyword));
  const at = new Map<string, ErrorObject>();
  for (const error of leaves.length > 0 ? leaves : errors) {
    const key = `${error.instancePath} ${error.keyword === 'required' ? error.params.missingProperty : ''} ${error.keyword === 'additionalProperties' ? error.params.additionalProperty : ''}`;
    if (!at.has(key)) at.set(key, error);
  }
  return [...at.values()];
}

function tell(root: Value, key: string, error: ErrorObject, documents: LintInput['documents']): void {
  const missing = error.keyword === 'required' ? String(error.params.missingProperty) : undefined;
  const unknown = error.keyword === 'additionalProperties' ? String(error.params.additionalProperty) : undefined;
  let at = pointerTokens(error.instancePath).reduce((value, token) => value.field(token), root);
  const found = JSON.stringify(at.raw) ?? 'nothing';
  if (missing !== undefined) at = at.at(missing);
  if (unknown !== undefined) at = at.at(unknown);
  const near =
    unknown === undefined || !isRecord(error.parentSchema?.properties)
      ? undefined
      : nearest(unknown, Object.keys(error.parentSchema.properties));
  documents.report('vocabulary-value', at, {
    message:
      missing !== undefined
        ? `${key} needs ${missing} here.`
        : unknown !== undefined
          ? `${key} has no key ${JSON.stringify(unknown)} here.`
          : `${key}: this ${error.message ?? 'is not allowed'}.`,
    expected: expectedOf(error),
    found: missing !== undefined ? 'nothing' : unknown !== undefined ? unknown : found.slice(0, 120),
    fix:
      near !== undefined
        ? `Did you mean ${near}?`
        : missing !== undefined
          ? `Add ${missing}.`
          : unknown !== undefined
            ? 'Remove it.'
            : `See vocabulary/${key}.md.`,
  });
}

function expectedOf(error: ErrorObject): string {
  if (error.keyword === 'required') return `the keys ${(error.schema as string[]).join(', ')}`;
  if (error.keyword === 'additionalProperties' && isRecord(error.parentSchema?.properties)) {
    return `one of ${Object.keys(error.parentSchema.properties).join(', ')}`;
  }
  if (error.keyword === 'enum') return `one of ${(error.schema as unknown[]).join(', ')}`;
  return `${error.keyword}: ${JSON.stringify(error.schema)}`.slice(0, 160);
}
