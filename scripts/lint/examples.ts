// Examples meet the payload schemas that they are examples of; the official parser does not look.
import { Ajv, type AnySchemaObject, type ErrorObject, type Options, type ValidateFunction } from 'ajv';
import type { Contract, JsonSchema, Message } from '../model.ts';
import { joinPointer } from '../parse/pointer.ts';
import { allMessages } from '../parse/schema-place.ts';
import { formats } from './formats.ts';
import type { LintInput } from './lint.ts';

export function checkExamples({ contract, report, hasVocabulary }: LintInput): void {
  const compile = compiler(contract);
  for (const channel of contract.channels) {
    for (const message of allMessages(channel)) {
      if (message.examples.length === 0 && hasVocabulary) {
        report('example-none', message.source.pointer, {
          severity: 'info',
          message: `The message ${JSON.stringify(message.key)} has no example: the suite, the mock and the docs make values up.`,
          expected: 'examples: [{ payload: ... }]',
          fix: 'Add an example as it looks on the wire.',
        });
      }
      const validate = compile(message.schema);
      if (typeof validate === 'string') {
        report('schema-invalid', message.source.pointer, {
          message: `The payload of ${JSON.stringify(message.key)} is no schema that can be used: ${validate}.`,
          expected: 'a JSON Schema draft-07',
          fix: 'Mend the schema there.',
        });
        continue;
      }
      for (const [index, example] of message.examples.entries()) {
        for (const error of validate(example.payload).slice(0, 5)) {
          const at = joinPointer(message.source.pointer, 'examples', index, 'payload') + error.instancePath;
          report('example-invalid', at, {
            // Nothing is judged by the examples of a document that was not written for it.
            ...(hasVocabulary ? {} : { severity: 'warning' }),
            ...describe(error, message, example.payload),
          });
        }
      }
    }
  }
}

function describe(error: ErrorObject, message: Message, payload: unknown) {
  const place = error.instancePath === '' ? 'its root' : error.instancePath;
  const found = error.instancePath
    .split('/')
    .slice(1)
    .reduce<unknown>((value, token) => {
      const name = token.replaceAll('~1', '/').replaceAll('~0', '~');
      return typeof value === 'object' && value !== null ? (value as { [key: string]: unknown })[name] : undefined;
    }, payload);
  return {
    message: `An example of ${JSON.stringify(message.key)} breaks its schema at ${place}: ${error.message ?? error.keyword}.`,
    expected: `${error.keyword}: ${JSON.stringify(error.schema ?? error.params)}`.slice(0, 200),
    found: (JSON.stringify(found) ?? 'nothing').slice(0, 200),
    fix: 'Mend the example, or the schema if the example is what is sent.',
  };
}

/** What is wrong with an example; empty where nothing is. */
type ExampleCheck = (example: unknown) => readonly ErrorObject[];
type Compiled = ExampleCheck | string;

interface Cache {
  readonly definitions: string;
  /** For yes or no, which is half the code. */
  readonly accepting: Ajv;
  /** To tell why not. */
  readonly explaining: Ajv;
  readonly compiled: Map<string, Compiled>;
}

/** Of the definitions last seen: while a document is watched, only what changed is compiled again. */
let cache: Cache | undefined;

/** Compiles a schema of the contract; a text says why it cannot be compiled. */
function compiler({ definitions }: Contract): (schema: JsonSchema) => Compiled {
  const text = JSON.stringify(definitions);
  if (cache?.definitions !== text) {
    const accepting = ajvFor(definitions, { messages: false });
    const explaining = ajvFor(definitions, { allErrors: true, verbose: true });
    cache = { definitions: text, accepting, explaining, compiled: new Map() };
  }
  const { compiled } = cache;
  const own = cache;
  return (schema) => {
    const key = JSON.stringify(schema);
    const known = compiled.get(key) ?? compile(own, key);
    compiled.set(key, known);
    return known;
  };
}

function ajvFor(definitions: Contract['definitions'], options: Options): Ajv {
  const ajv = new Ajv({
    ...options,
    strict: false,
    formats,
    logger: false,
    inlineRefs: false,
    // A property that every object inherits is not there unless the example has it.
    ownProperties: true,
    // Each check runs once or twice: polishing its code costs more than it saves.
    code: { optimize: false },
  });
  ajv.addSchema({ definitions }, 'contract', false, false);
  return ajv;
}

function compile({ accepting, explaining }: Cache, text: string): Compiled {
  // The definitions stay where they are, so that each is compiled once for all messages.
  const schema = JSON.parse(
    text.replaceAll('"$ref":"#/definitions/', '"$ref":"contract#/definitions/'),
  ) as AnySchemaObject;
  try {
    const accepts = accepting.compile(schema);
    let explain: ValidateFunction | undefined;
    return (example) => {
      if (accepts(example)) return [];
      explain ??= explaining.compile(schema);
      explain(example);
      return explain.errors ?? [];
    };
  } catch (error) {
    return error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
  }
}
