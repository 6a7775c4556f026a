// The Spectral ruleset that checks each key against its schema: one rule a key, errors at the line where the mistake stands.
import { existsSync, readFileSync } from 'node:fs';
import { Ajv } from 'ajv';

const onChannel = ['$.channels[*]', '$.components.channels[*]'];
const onParameter = [
  '$.channels[*].parameters[*]',
  '$.components.channels[*].parameters[*]',
  '$.components.parameters[*]',
];
const onMessage = [
  '$.channels[*].messages[*]',
  '$.components.channels[*].messages[*]',
  '$.components.messages[*]',
  '$.components.messageTraits[*]',
];
const onOperation = ['$.operations[*]', '$.components.operations[*]', '$.components.operationTraits[*]'];

/** Every key: the objects it stands on, and what its maps under `components` hold, by definition of its schema. */
export const places = {
  'x-ws-envelope': { on: onChannel, shared: { 'x-ws-envelope': 'value' } },
  'x-ws-error': { on: onChannel, shared: { 'x-ws-error': 'value', 'x-ws-error-codes': 'code' } },
  'x-ws-parameter': { on: onParameter, shared: { 'x-ws-parameter': 'value' } },
  'x-ws-auth': {
    on: onChannel,
    shared: {
      'x-ws-auth': 'value',
      'x-ws-auth-answers': 'answer',
      'x-ws-auth-claims': 'claim',
      'x-ws-auth-ready': 'ready',
    },
  },
  'x-ws-close-codes': { on: onChannel, shared: { 'x-ws-close-codes': 'row' } },
  'x-ws-heartbeat': { on: onChannel, shared: { 'x-ws-heartbeat': 'row' } },
  'x-ws-reconnect': { on: onChannel, shared: { 'x-ws-reconnect': 'value' } },
  'x-ws-queue': { on: [...onChannel, ...onOperation], shared: { 'x-ws-queue': 'value' } },
  'x-ws-room': { on: onChannel, shared: { 'x-ws-room': 'value' } },
  'x-ws-resync': { on: onChannel, shared: { 'x-ws-resync': 'value' } },
  'x-ws-limits': { on: onChannel, shared: { 'x-ws-limits': 'shared' } },
  'x-ws-delivery': { on: onMessage, shared: { 'x-ws-delivery': 'value' } },
  'x-ws-trigger': { on: onMessage, shared: { 'x-ws-trigger': 'trigger' } },
  'x-ws-requires': { on: onOperation, shared: { 'x-ws-requires': 'requirement' } },
  'x-ws-idempotent': { on: onOperation, shared: { 'x-ws-idempotent': 'value' } },
  'x-ws-request': { on: onOperation, shared: { 'x-ws-request': 'value' } },
  'x-ws-level': { on: onMessage, shared: {} },
  'x-ws-should': { on: ['$.'], shared: {} },
};

/** Beside this file, or from where a build is to where the package has it. */
const folder = ['./', '../../vocabulary/']
  .map((path) => new URL(path, import.meta.url))
  .find((url) => existsSync(new URL('asyncapi.schema.json', url)));

/** The schema of a key, as published. */
export function readSchema(key) {
  return JSON.parse(readFileSync(new URL(`${key}.schema.json`, folder), 'utf8'));
}

/** What an editor or Spectral checks at one sort of place: where, and by which part of the key's schema. */
export function checksOf(key) {
  const { on, shared } = places[key];
  const { $id: _id, $schema: _schema, ...schema } = readSchema(key);
  const checks = [{ given: on.map((place) => (place === '$.' ? `$..['${key}']` : `${place}['${key}']`)), schema }];
  for (const [map, definition] of Object.entries(shared)) {
    const { definitions } = schema;
    checks.push({
      given: [`$.components['${map}'][*]`],
      schema: {
        if: { type: 'object', required: ['$ref'] },
        else: { $ref: `#/definitions/${definition}` },
        definitions,
      },
    });
  }
  return checks;
}

const ajv = new Ajv({ strict: false, allErrors: true });

// Keywords that only say that a branch failed. The branch's own errors say why; where there are none, its error stays.
const branches = new Set(['anyOf', 'oneOf', 'allOf', 'propertyNames']);

function sentence(error, name) {
  const { keyword, params } = error;
  if (keyword === 'additionalProperties') return `${name} has no property "${params.additionalProperty}".`;
  if (keyword === 'required') return `${name} needs "${params.missingProperty}".`;
  if (keyword === 'enum') return `${name} must be one of ${params.allowedValues.join(', ')}.`;
  if (keyword === 'const') return `${name} must be ${JSON.stringify(params.allowedValue)}.`;
  if (keyword === 'oneOf') return `${name} takes exactly one of several forms, and has more; see the page of the key.`;
  if (keyword === 'not') return `${name} has properties that do not go together; see the page of the key.`;
  return `${name} ${error.message}.`;
}

function findings(errors, path) {
  const found = new Map();
  const own = errors.filter(({ keyword }) => keyword !== 'if' && !branches.has(keyword));
  const explained = (branch) => own.some((error) => error.instancePath.startsWith(branch.instancePath));
  const told = errors.filter((error) => own.includes(error) || (branches.has(error.keyword) && !explained(error)));
  for (const error of told) {
    const tokens = error.instancePath
      .split('/')
      .slice(1)
      .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
    const at = [...path, ...tokens];
    const name = at.length === 0 ? 'The value' : String(at.at(-1));
    if (error.keyword === 'additionalProperties') at.push(error.params.additionalProperty);
    const message = sentence(error, /^[0-9]+$/.test(name) ? `Row ${name}` : name);
    found.set(`${at.join('/')} ${message}`, { message, path: at });
  }
  return [...found.values()];
}

function check(schema) {
  const validate = ajv.compile(schema);
  return (value, _options, context) => (validate(value) ? [] : findings(validate.errors ?? [], context.path));
}

/** For `new Parser({ ruleset: { extends: [ruleset] } })` of `@asyncapi/parser`. */
export const ruleset = {
  rules: Object.fromEntries(
    Object.keys(places).flatMap((key) =>
      checksOf(key).map(({ given, schema }, index) => [
        index === 0 ? key : `${key}-shared-${index}`,
        {
          description: readSchema(key).description,
          message: '{{error}}',
          severity: 'error',
          // As written: a reference is checked where it leads, so each mistake is told once, at its own line.
          resolved: false,
          given,
          // biome-ignore lint/suspicious/noThenProperty: the name is Spectral's.
          then: { function: check(schema) },
        },
      ]),
    ),
  ),
};
