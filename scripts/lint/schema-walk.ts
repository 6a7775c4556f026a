// Every schema of a document that a message or parameter uses, each once, with the place where it was written.
import { traitField } from '../parse/operations.ts';
import { isRecord, type Value } from '../parse/value.ts';
import type { LintInput } from './lint.ts';

const single = [
  'items',
  'additionalItems',
  'contains',
  'additionalProperties',
  'propertyNames',
  'if',
  'then',
  'else',
  'not',
];
const lists = ['items', 'allOf', 'anyOf', 'oneOf'];
const maps = ['properties', 'patternProperties'];

export function* eachSchema({ document, contract }: Pick<LintInput, 'document' | 'contract'>): Generator<Value> {
  const seen = new Set<string>();
  for (const { name } of contract.channels) {
    const channel = document.field('channels').field(name);
    for (const [, message] of channel.field('messages').entries()) {
      const payload = traitField(message, 'payload').resolve();
      const schema = typeof payload.at('schemaFormat').raw === 'string' ? payload.field('schema') : payload;
      yield* walk(schema, seen);
    }
    for (const [, parameter] of channel.field('parameters').entries()) {
      yield* walk(parameter.field('x-ws-parameter').field('schema'), seen);
    }
    yield* walk(channel.field('bindings').field('ws').field('query'), seen);
  }
}

function* walk(schema: Value, seen: Set<string>): Generator<Value> {
  if (!isRecord(schema.raw) || seen.has(schema.id)) return;
  seen.add(schema.id);
  yield schema;
  for (const key of single) if (isRecord(schema.at(key).raw)) yield* walk(schema.field(key), seen);
  for (const key of lists) for (const item of schema.field(key).items()) yield* walk(item, seen);
  for (const key of maps) for (const [, item] of schema.at(key).entries()) yield* walk(item, seen);
}
