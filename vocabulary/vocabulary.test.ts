// Every key has a schema, a page and a rule; the bundled contract passes all of them, and broken documents do not.
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Diagnostic, Parser } from '@asyncapi/parser';
import { Ajv, type ValidateFunction } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { composite, rulesetText } from './bundle.ts';
import { checksOf, places, readSchema, ruleset } from './ruleset.js';

type Json = { [key: string]: unknown };

const here = (name: string): URL => new URL(name, import.meta.url);
const read = (name: string): string => readFileSync(here(name), 'utf8');
const text = read('../asyncapi.yaml');
const keys = Object.keys(places);

const official: Json = createRequire(import.meta.url)('@asyncapi/specs/schemas/3.1.0.json');

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function at(value: unknown, ...path: string[]): Json {
  const found = path.reduce<unknown>((node, name) => (isObject(node) ? node[name] : undefined), value);
  if (!isObject(found)) throw new Error(`no object at ${path.join('/')}`);
  return found;
}

/** Objects with the key at its places, by JSONPaths of the form `$.a[*].b[*]['key']`. */
function select(document: unknown, path: string): unknown[] {
  if (path.startsWith('$..')) {
    const key = path.slice("$..['".length, -"']".length);
    const found: unknown[] = [];
    const walk = (node: unknown): void => {
      if (typeof node !== 'object' || node === null) return;
      for (const [name, child] of Object.entries(node)) {
        if (name === key) found.push(child);
        walk(child);
      }
    };
    walk(document);
    return found;
  }
  let nodes: unknown[] = [document];
  for (const step of path.slice(1).match(/\.[A-Za-z]+|\[\*\]|\['[^']+'\]/g) ?? []) {
    const name = step.startsWith('.') ? step.slice(1) : step.slice(2, -2);
    nodes = nodes.flatMap((node) => {
      if (!isObject(node)) return [];
      return step === '[*]' ? Object.values(node) : name in node ? [node[name]] : [];
    });
  }
  return nodes;
}

const parser = new Parser({ ruleset: { extends: [ruleset] } });

/** The composite schema. The official one carries draft-07's own schema in it, so Ajv must not bring it too. */
function editorSchema(): ValidateFunction {
  const ajv = new Ajv({ strict: false, meta: false, validateSchema: false, validateFormats: false });
  ajv.addSchema(official);
  return ajv.compile(JSON.parse(read('asyncapi.schema.json')));
}

/** One mistake for each key: what stands in the contract, what it becomes, and what is then said. */
const broken: { [key: string]: [from: string, to: string, message: RegExp] } = {
  'x-ws-envelope': ['x-ws-envelope: { discriminator: /event,', 'x-ws-envelope: { discriminator: event,', /pattern/],
  'x-ws-error': ['      text: /data/message', '      texts: /data/message', /no property "texts"/],
  'x-ws-parameter': ["schema: { type: string, pattern: '^[0-9a-f-]+$' }", 'schema: text', /object/],
  'x-ws-auth': ['{ when: missing, status: 403,', '{ when: missing, status: 403, close: 4001,', /exactly one/],
  'x-ws-close-codes': ['code: 4003, name: room-forbidden', 'code: 40003, name: room-forbidden', /4999/],
  'x-ws-heartbeat': [
    'initiator: server\n        message: ping',
    'initiator: peer\n        message: ping',
    /server, client/,
  ],
  'x-ws-reconnect': ['multiplier: 2\n', 'multiplier: 0.5\n', />= 1/],
  'x-ws-queue': ['maxAgeMs: 60000', 'maxAgeMs: a minute', /integer/],
  'x-ws-room': ['joinOnOpen: false', 'joinOnOpen: never', /boolean/],
  'x-ws-resync': ['messages: [deltaUpdate, scoreUpdate, chat]', 'messages: []', /fewer than 1/],
  'x-ws-limits': ['bytes: 65536', 'bytes: 64 KiB', /integer/],
  'x-ws-delivery': ['x-ws-delivery: { to: others }', 'x-ws-delivery: { to: other }', /other-users/],
  'x-ws-trigger': ['/senderId: $user.id', '/senderId: $user.nick', /pattern/],
  'x-ws-requires': ['condition: role, role: dm, ', 'condition: role, ', /needs "role"/],
  'x-ws-idempotent': ['scope: [user, room]', 'scope: [planet]', /user, room, connection/],
  'x-ws-request': ['x-ws-request: { timeoutMs: 5000,', 'x-ws-request: { timeoutMs: 0,', />= 1/],
  'x-ws-level': ['x-ws-level: SHOULD', 'x-ws-level: MAY', /MUST, SHOULD/],
  'x-ws-should': ['x-ws-should: [required/at]', 'x-ws-should: required', /array/],
};

function ruleKey(code: string | number): string {
  return String(code).replace(/-shared-[0-9]+$/, '');
}

// All mistakes in one document, since no replacement changes the number of lines and the parser takes a second.
const brokenFindings: Promise<Diagnostic[]> = parser.validate(
  Object.values(broken).reduce((document, [from, to]) => document.replace(from, to), text),
);

describe('the vocabulary', () => {
  it('has no schema, page or rule beside those of its keys', () => {
    const files = readdirSync(here('.'));
    expect(files.filter((file) => /^x-ws-.*\.schema\.json$/.test(file)).sort()).toEqual(
      keys.map((key) => `${key}.schema.json`).sort(),
    );
    expect(files.filter((file) => /^x-ws-.*\.md$/.test(file)).sort()).toEqual(keys.map((key) => `${key}.md`).sort());
    const rules = Object.keys(ruleset.rules).filter((name) => !name.includes('-shared-'));
    expect(rules.sort()).toEqual([...keys].sort());
    expect(Object.keys(broken).sort()).toEqual([...keys].sort());
    for (const [from, to] of Object.values(broken)) {
      expect(text).toContain(from);
      expect(to.split('\n').length).toBe(from.split('\n').length);
    }
  });

  it('lists every key in its index', () => {
    const index = read('README.md');
    expect(keys.filter((key) => !index.includes(`[\`${key}\`](${key}.md)`))).toEqual([]);
  });

  it('has bundles that are what the schemas make', () => {
    expect(JSON.parse(read('asyncapi.schema.json')), 'run vocabulary/bundle.ts').toEqual(composite());
    expect(read('ruleset.yaml'), 'run vocabulary/bundle.ts').toBe(rulesetText());
  });

  it('is named in the first line of the contract', () => {
    expect(text.split('\n')[0]).toBe('# yaml-language-server: $schema=./vocabulary/asyncapi.schema.json');
  });

  it('uses no key in the contract that it does not have', () => {
    const used = new Set<string>();
    const known = new Set([...keys, ...keys.flatMap((key) => Object.keys(places[key]?.shared ?? {}))]);
    const walk = (node: unknown): void => {
      if (typeof node !== 'object' || node === null) return;
      for (const [name, child] of Object.entries(node)) {
        if (name.startsWith('x-')) used.add(name);
        walk(child);
      }
    };
    walk(parse(text));
    expect([...used].filter((name) => !known.has(name))).toEqual([]);
    expect(keys.filter((key) => !used.has(key))).toEqual([]);
  });
});

describe.each(keys)('%s', (key) => {
  const schema = readSchema(key);
  const page = read(`${key}.md`);

  it('has a draft-07 schema with a versioned id that describes every property and is closed', () => {
    expect(schema.$id).toBe(`https://wirepact.dev/vocabulary/0.1/${key}.schema.json`);
    expect(schema.$schema).toBe('http://json-schema.org/draft-07/schema#');
    const undescribed: string[] = [];
    const walk = (node: unknown, where: string): void => {
      if (typeof node !== 'object' || node === null) return;
      // Branches such as `if` name properties only to test them.
      const isShape = isObject(node) && 'title' in node && isObject(node.properties);
      if (isShape) {
        if (node.additionalProperties !== false) undescribed.push(`${where} is open`);
        for (const [name, property] of Object.entries(at(node, 'properties'))) {
          const described = isObject(property) && ('description' in property || '$ref' in at(property, 'else'));
          if (!described) undescribed.push(`${where}/${name}`);
        }
      }
      for (const [name, child] of Object.entries(node)) walk(child, `${where}/${name}`);
    };
    walk(schema, '');
    expect(undescribed).toEqual([]);
    expect(() => new Ajv({ strict: true, strictRequired: false, strictTypes: false }).compile(schema)).not.toThrow();
  });

  it('has a page that names every property, and an example that its schema takes', () => {
    const names = JSON.stringify(schema).includes('"properties"')
      ? Object.values(at(schema, 'definitions')).flatMap((row) =>
          isObject(row) && isObject(row.properties) ? Object.keys(row.properties) : [],
        )
      : [];
    expect(names.filter((name) => name !== '$ref' && !page.includes(`\`${name}\``))).toEqual([]);
    for (const title of ['## Example', '## Rules', '## What follows']) expect(page).toContain(title);
    const example: unknown = parse(/```yaml\n([\s\S]*?)```/.exec(page)?.[1] ?? '');
    const [check] = checksOf(key);
    const values = (check?.given ?? []).flatMap((path) => select(example, path));
    const validate = new Ajv({ strict: false }).compile(schema);
    expect(values.length).toBeGreaterThan(0);
    for (const value of values) expect(validate(value) ? [] : validate.errors).toEqual([]);
  });

  it('is kept to by the contract, wherever it stands', () => {
    const document: unknown = parse(text);
    let count = 0;
    for (const check of checksOf(key)) {
      const validate = new Ajv({ strict: false }).compile(check.schema);
      for (const value of check.given.flatMap((path) => select(document, path))) {
        count += 1;
        expect(validate(value) ? [] : validate.errors).toEqual([]);
      }
    }
    expect(count).toBeGreaterThan(0);
  });

  it('tells a broken value at its line', async () => {
    const [from, , message] = broken[key] ?? ['', '', /./];
    const line = text.slice(0, text.indexOf(from)).split('\n').length;
    const own = (await brokenFindings).filter(({ code }) => ruleKey(code) === key);
    expect(own.map((finding) => finding.message).join('\n')).toMatch(message);
    expect([...new Set(own.map((finding) => finding.range.start.line + 1))]).toEqual([line]);
  });
});

describe('tools', () => {
  it('the official parser has nothing to say of the contract', async () => {
    expect(await new Parser().validate(text)).toEqual([]);
    expect(await parser.validate(text)).toEqual([]);
  });

  it('the ruleset in YAML finds what the one in JavaScript finds', async () => {
    const require = createRequire(createRequire(import.meta.url).resolve('@asyncapi/parser'));
    const { schema } = require('@stoplight/spectral-functions');
    const { rules } = parse(read('ruleset.yaml'));
    for (const rule of Object.values<Json>(rules)) at(rule, 'then').function = schema;
    const spectral = new Parser({ ruleset: { extends: [{ rules }] } });
    expect(await spectral.validate(text)).toEqual([]);
    const [from, to] = broken['x-ws-limits'] ?? ['', ''];
    const found = await spectral.validate(text.replace(from, to));
    expect(found.map(({ code }) => code)).toContain('x-ws-limits-shared-1');
  });

  const validate = editorSchema();

  it('the schema for editors takes the contract, and refuses what AsyncAPI refuses', () => {
    expect(validate(parse(text)) ? [] : validate.errors).toEqual([]);
    expect(validate(parse(text.replace('action: receive', 'action: take')))).toBe(false);
  });

  it.each(keys)('the schema for editors refuses a broken %s', (key) => {
    const [from, to] = broken[key] ?? ['', ''];
    expect(validate(parse(text.replace(from, to)))).toBe(false);
    expect(validate.errors?.some(({ instancePath }) => instancePath.includes(key))).toBe(true);
  });
});

describe('examples of the contract', () => {
  const document: unknown = parse(text);
  const ajv = new Ajv({ strict: false, validateFormats: false });
  const named = (node: unknown): object => JSON.parse(JSON.stringify(node).replaceAll('"#/', '"contract#/'));
  ajv.addSchema(named(document), 'contract');

  it.each(Object.entries(at(document, 'components', 'messages')))('%s', (_key, message) => {
    const examples = isObject(message) && Array.isArray(message.examples) ? message.examples : [];
    const validate = ajv.compile(named(at(message, 'payload')));
    expect(examples.length).toBeGreaterThan(0);
    for (const example of examples) expect(validate(example.payload) ? [] : validate.errors).toEqual([]);
    // An empty object is an example of nothing: the payload must refuse it.
    expect(validate({})).toBe(false);
  });
});
