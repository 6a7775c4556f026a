// Payload schemas to JSON Schema draft-07 with one flat table of definitions, each with its name as title.
import type { JsonSchema } from '../model.ts';
import { typeName } from './names.ts';
import { pointerTokens } from './pointer.ts';
import { report } from './read.ts';
import { isRecord, type Value } from './value.ts';

type Form = 'schema' | 'schemas' | 'schema-or-schemas' | 'schema-map' | 'schema-or-list-map' | 'literal' | 'dropped';

const forms: { readonly [keyword: string]: Form } = {
  ...forAll('schema', 'additionalItems contains additionalProperties propertyNames if then else not'),
  ...forAll('schemas', 'allOf anyOf oneOf'),
  ...forAll('schema-or-schemas', 'items'),
  ...forAll('schema-map', 'properties patternProperties'),
  ...forAll('schema-or-list-map', 'dependencies'),
  ...forAll(
    'literal',
    `type enum const format required title description default deprecated readOnly writeOnly multipleOf maximum
     exclusiveMaximum minimum exclusiveMinimum maxLength minLength pattern maxItems minItems uniqueItems maxProperties
     minProperties contentEncoding contentMediaType x-ws-should`,
  ),
  ...forAll('dropped', 'examples example externalDocs $id $schema $comment discriminator definitions $defs'),
};

function forAll(form: Form, keywords: string): { [keyword: string]: Form } {
  return Object.fromEntries(keywords.split(/\s+/).map((keyword) => [keyword, form]));
}

/** Pointer tokens that say nothing about what a schema is. */
const plainTokens = new Set(['schema', 'payload', 'items', 'schemas', 'properties', 'definitions', '$defs', '']);

/** How many schemas may refer to one another in a row: far from the end of the stack. */
const maxDepth = 300;

export class Schemas {
  readonly #definitions = new Map<string, JsonSchema>();
  readonly #names = new Map<string, string>();
  #depth = 0;
  readonly #used: { has(name: string): boolean };

  /** `messageNames`: names that definitions may not have, since both become types of one file. */
  constructor(messageNames: ReadonlySet<string>) {
    const definitions = this.#definitions;
    this.#used = { has: (name) => messageNames.has(name) || definitions.has(name) };
  }

  definitions(): { readonly [name: string]: JsonSchema } {
    return Object.fromEntries(this.#definitions);
  }

  /** The payload of a message as one schema; its own `$ref` is written out, inner ones lead to definitions. */
  payload(value: Value, title: string): JsonSchema {
    const schema = this.#unwrap(value.resolve());
    if (!isRecord(schema.raw)) return { title };
    return { title, ...withoutTitle(this.#body(schema)) };
  }

  /** A schema without a name of its own: of a parameter. */
  inline(value: Value): JsonSchema {
    const schema = value.resolve();
    return isRecord(schema.raw) ? this.#body(schema) : {};
  }

  /** AsyncAPI's multi-format schema: `{ schemaFormat, schema }`. */
  #unwrap(value: Value): Value {
    const format = value.at('schemaFormat');
    if (typeof format.raw !== 'string') return value;
    if (!/^application\/(vnd\.aai\.asyncapi|schema)([+;]|$)/.test(format.raw)) {
      report(format, 'schema-format', {
        message: 'The payload is written in a schema language that is not read.',
        expected: 'JSON Schema draft-07, or the schema object of AsyncAPI',
        found: format.raw,
        fix: 'Write the payload as JSON Schema.',
      });
      return value.at('absent');
    }
    return value.field('schema');
  }

  #convert(value: Value): unknown {
    if (typeof value.raw === 'boolean') return value.raw;
    if (!isRecord(value.raw)) return {};
    if (typeof value.raw.$ref === 'string') return this.#reference(value);
    return this.#body(value);
  }

  #reference(site: Value): JsonSchema {
    this.#refuseSiblings(site);
    const target = site.resolve();
    if (!target.exists) return {};
    if (typeof target.raw === 'boolean') return target.raw ? {} : { not: {} };
    let name = this.#names.get(target.id);
    if (name === undefined) {
      name = typeName(nameHint(target), 'Schema', this.#used);
      this.#names.set(target.id, name);
      // Before its body is read, so that a schema may refer to itself, and keeps the place of its first mention.
      this.#definitions.set(name, {});
      if (this.#depth > maxDepth) {
        report(target, 'document-too-deep', {
          message: `More than ${maxDepth} schemas refer to one another in a row.`,
          expected: 'a shorter chain of references',
          fix: 'Refer to the last of them.',
        });
        return {};
      }
      this.#depth += 1;
      this.#definitions.set(name, { title: name, ...withoutTitle(this.#body(this.#unwrap(target))) });
      this.#depth -= 1;
    }
    return { $ref: `#/definitions/${name}` };
  }

  #refuseSiblings(site: Value): void {
    const siblings = isRecord(site.raw) ? Object.keys(site.raw).filter((key) => key !== '$ref') : [];
    if (siblings.length === 0) return;
    report(site, 'reference-siblings', {
      severity: 'warning',
      message: `What stands beside a $ref is ignored: ${siblings.join(', ')}.`,
      expected: '$ref alone',
      found: siblings.join(', '),
      fix: 'Use allOf with the $ref as one item.',
    });
  }

  #body(value: Value): JsonSchema {
    if (!isRecord(value.raw)) return {};
    const entries: [string, unknown][] = [];
    for (const keyword of Object.keys(value.raw)) {
      const child = value.at(keyword);
      const form = Object.hasOwn(forms, keyword) ? forms[keyword] : keyword.startsWith('x-') ? 'dropped' : undefined;
      if (form === undefined) refuseKeyword(child, keyword);
      else if (form !== 'dropped') entries.push([keyword, this.#keyword(child, form)]);
    }
    return Object.fromEntries(entries);
  }

  #keyword(child: Value, form: Form): unknown {
    const list = (value: Value) =>
      Array.isArray(value.raw) ? value.raw.map((_, index) => this.#convert(value.at(index))) : [];
    const map = (value: Value, convert: (item: Value) => unknown) =>
      isRecord(value.raw) ? Object.fromEntries(Object.keys(value.raw).map((key) => [key, convert(value.at(key))])) : {};
    if (form === 'literal') return child.raw;
    if (form === 'schema') return this.#convert(child);
    if (form === 'schemas') return list(child);
    if (form === 'schema-or-schemas') return Array.isArray(child.raw) ? list(child) : this.#convert(child);
    if (form === 'schema-map') return map(child, (item) => this.#convert(item));
    return map(child, (item) => (Array.isArray(item.raw) ? item.raw : this.#convert(item)));
  }
}

function withoutTitle(schema: JsonSchema): JsonSchema {
  const { title: _, ...rest } = schema;
  return rest;
}

/** The last telling part of the place: `/components/schemas/Player` and `player.yaml` alike give `Player`. */
function nameHint(target: Value): string {
  const tokens = pointerTokens(target.pointer).filter((token) => !plainTokens.has(token) && !/^[0-9]+$/.test(token));
  const file = target.file.path.split(/[\\/]/).pop() ?? '';
  return tokens.at(-1) ?? file.replace(/\.[^.]*$/, '');
}

function refuseKeyword(child: Value, keyword: string): void {
  report(child, 'schema-keyword', {
    severity: 'warning',
    message: `${JSON.stringify(keyword)} is no keyword of JSON Schema draft-07, which AsyncAPI uses, and is left out.`,
    expected: 'a keyword of JSON Schema draft-07',
    found: keyword,
    fix: replacements[keyword] ?? 'Remove it, or let its name begin with x-.',
  });
}

const replacements: { readonly [keyword: string]: string } = {
  nullable: 'Add null to the type: type: [string, "null"].',
  prefixItems: 'Write a list under items, with additionalItems: false.',
  dependentRequired: 'Use dependencies.',
  dependentSchemas: 'Use dependencies.',
  unevaluatedProperties: 'Use additionalProperties.',
};
