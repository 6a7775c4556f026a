// What a channel's address and query take: path parameters with their schemas, and query parameters besides the token.
import type { JsonSchema, Parameter, QueryParameter } from '../model.ts';
import { isObject, missing, readFact, readText, readTexts } from './read.ts';
import type { Schemas } from './schemas.ts';
import { isRecord, type Value } from './value.ts';

/** Names between braces, in the order of the address. */
export function addressParameters(address: string): string[] {
  return [...address.matchAll(/\{([^{}]+)\}/g)].map((match) => match[1] ?? '');
}

export function parseParameters(channel: Value, address: string, schemas: Schemas): Parameter[] {
  const all = channel.field('parameters');
  return addressParameters(address).map((name) => {
    const value = all.field(name);
    if (!value.exists) missing(all, name, `the address names the parameter {${name}}`);
    const own = value.field('x-ws-parameter');
    const fact = isObject(own) ? readFact(own) : readFact(value.at('x-ws-parameter'));
    const description = fact.description ?? readText(value.field('description'));
    const schema = own.field('schema').exists ? schemas.inline(own.at('schema')) : parameterSchema(value);
    const source = value.exists ? value.source : channel.source;
    return { name, schema, level: fact.level, source, ...(description === undefined ? {} : { description }) };
  });
}

/** AsyncAPI 3 gives a parameter no schema, but may list its values. */
function parameterSchema(value: Value): JsonSchema {
  const words = readTexts(value.field('enum'));
  return words.length > 0 ? { type: 'string', enum: words } : { type: 'string', minLength: 1 };
}

/** `bindings.ws.query` is an object schema, a property for each parameter. */
export function parseQuery(channel: Value, tokenParameter: string | null, schemas: Schemas): QueryParameter[] {
  const query = channel.field('bindings').field('ws').field('query');
  const required = readTexts(query.field('required'));
  return query
    .field('properties')
    .entries()
    .filter(([name]) => name !== tokenParameter)
    .map(([name, value]) => {
      const description = isRecord(value.raw) ? readText(value.field('description')) : undefined;
      return {
        name,
        required: required.includes(name),
        schema: schemas.inline(value),
        level: value.field('x-ws-level').raw === 'SHOULD' ? 'SHOULD' : 'MUST',
        source: value.source,
        ...(description === undefined ? {} : { description }),
      };
    });
}
