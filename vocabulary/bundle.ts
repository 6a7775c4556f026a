// Makes asyncapi.schema.json (for editors) and ruleset.yaml (for `spectral lint`) out of the keys' schemas.
// Run it after changing one: node --import tsx vocabulary/bundle.ts
import { writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { stringify } from 'yaml';
import { checksOf, places, readSchema } from './ruleset.js';

type Schema = { readonly [keyword: string]: unknown };

const OFFICIAL = 'http://asyncapi.com/definitions/3.1.0/asyncapi.json';

/** Moves the schema's own references to where it stands in the bundle. */
function moved(schema: Schema, key: string): Schema {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/definitions/', `"#/definitions/${key}/definitions/`));
}

function keysOn(sort: string): Schema {
  const keys = Object.keys(places).filter((key) => places[key]?.on.some((place) => place.endsWith(`.${sort}[*]`)));
  return Object.fromEntries(keys.map((key) => [key, { $ref: `#/definitions/${key}` }]));
}

function mapOf(item: Schema): Schema {
  return { type: 'object', additionalProperties: item };
}

function shared(): Schema {
  const maps = Object.keys(places).flatMap((key) =>
    Object.entries(places[key]?.shared ?? {}).map(([map, definition]) => [
      map,
      mapOf({
        if: { type: 'object', required: ['$ref'] },
        // biome-ignore lint/suspicious/noThenProperty: the name is JSON Schema's.
        then: {},
        else: { $ref: `#/definitions/${key}/definitions/${definition}` },
      }),
    ]),
  );
  return Object.fromEntries(maps);
}

/** The official schema by its address, and the keys at the places where they stand. */
export function composite(): Schema {
  const node = { $ref: '#/definitions/schema' };
  const message = {
    type: 'object',
    properties: { ...keysOn('messages'), payload: node, headers: node },
  };
  const channel = {
    type: 'object',
    properties: {
      ...keysOn('channels'),
      parameters: mapOf({ type: 'object', properties: keysOn('parameters') }),
      messages: mapOf({ $ref: '#/definitions/message' }),
    },
  };
  const operation = { type: 'object', properties: keysOn('operations') };
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    $id: 'https://wirepact.dev/vocabulary/0.1/asyncapi.schema.json',
    title: 'AsyncAPI 3.1 with the x-ws vocabulary',
    description: 'The official schema of AsyncAPI 3.1 together with the keys of the vocabulary.',
    allOf: [{ $ref: OFFICIAL }, { $ref: '#/definitions/document' }],
    definitions: {
      document: {
        type: 'object',
        properties: {
          channels: mapOf({ $ref: '#/definitions/channel' }),
          operations: mapOf({ $ref: '#/definitions/operation' }),
          components: {
            type: 'object',
            properties: {
              channels: mapOf({ $ref: '#/definitions/channel' }),
              operations: mapOf({ $ref: '#/definitions/operation' }),
              operationTraits: mapOf({ $ref: '#/definitions/operation' }),
              messages: mapOf({ $ref: '#/definitions/message' }),
              messageTraits: mapOf({ $ref: '#/definitions/message' }),
              parameters: mapOf({ type: 'object', properties: keysOn('parameters') }),
              schemas: mapOf(node),
              ...shared(),
            },
          },
        },
      },
      channel,
      operation,
      message,
      schema: {
        type: ['object', 'boolean'],
        properties: {
          'x-ws-should': { $ref: '#/definitions/x-ws-should' },
          properties: mapOf(node),
          patternProperties: mapOf(node),
          additionalProperties: node,
          items: { anyOf: [node, { type: 'array' }] },
          allOf: { type: 'array', items: node },
          anyOf: { type: 'array', items: node },
          oneOf: { type: 'array', items: node },
          not: node,
        },
      },
      ...Object.fromEntries(
        Object.keys(places).map((key) => {
          const { $id: _id, $schema: _schema, ...schema } = readSchema(key);
          return [key, moved(schema, key)];
        }),
      ),
    },
  };
}

/** The ruleset in YAML, with Spectral's own function and the schemas in it, so that it needs no file beside it. */
export function rulesetText(): string {
  const rules = Object.keys(places).flatMap((key) =>
    checksOf(key).map(({ given, schema }, index) => [
      index === 0 ? key : `${key}-shared-${index}`,
      {
        description: String(readSchema(key).description),
        message: '{{error}}',
        severity: 'error',
        resolved: false,
        given,
        // biome-ignore lint/suspicious/noThenProperty: the name is Spectral's.
        then: { function: 'schema', functionOptions: { dialect: 'draft7', allErrors: true, schema } },
      },
    ]),
  );
  const text = stringify({ rules: Object.fromEntries(rules) }, { aliasDuplicateObjects: false, lineWidth: 0 });
  return `# The Spectral ruleset of the vocabulary. Made by bundle.ts from the schemas beside it; not to be edited.\n${text}`;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  writeFileSync(new URL('./asyncapi.schema.json', import.meta.url), `${JSON.stringify(composite(), null, 2)}\n`);
  writeFileSync(new URL('./ruleset.yaml', import.meta.url), rulesetText());
}
