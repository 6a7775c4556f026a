// The suite's own validators, compiled from the model with ajv: it shares none with what it judges.
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import type { Channel, Contract, JsonSchema, Level, Message } from '../../scripts/model.ts';
import { toPointer, valueAt } from './pointer.ts';

export interface SchemaIssue {
  readonly pointer: string;
  readonly keyword: string;
  readonly message: string;
  /** SHOULD where the schema lists the keyword in `x-ws-should`. */
  readonly level: Level;
}

const dateTime = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;

function isDateTime(text: string): boolean {
  const parts = dateTime.exec(text);
  if (parts === null) return false;
  const [, year, month, day, hour, minute, second] = parts.map(Number) as number[];
  const last = new Date(Date.UTC(year!, month!, 0)).getUTCDate();
  return month! >= 1 && month! <= 12 && day! >= 1 && day! <= last && hour! <= 23 && minute! <= 59 && second! <= 60;
}

const formats: Record<string, RegExp | ((text: string) => boolean)> = {
  'date-time': isDateTime,
  date: (text) => isDateTime(`${text}T00:00:00Z`),
  time: (text) => isDateTime(`2000-01-01T${text}`),
  uuid: /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i,
  email: /^[^\s@]+@[^\s@]+$/,
  uri: (text) => URL.canParse(text),
};

interface Compiler {
  readonly ajv: Ajv;
  readonly bySchema: WeakMap<JsonSchema, ValidateFunction>;
  readonly byText: Map<string, ValidateFunction>;
}

/** What was compiled for a contract serves everyone who asks about it. */
const compilers = new WeakMap<Contract, Compiler>();

function compilerOf(contract: Contract): Compiler {
  const known = compilers.get(contract);
  if (known !== undefined) return known;
  const ajv = new Ajv({
    strict: false,
    // What overflows is no number any more: sent on, it would be null.
    strictNumbers: true,
    allErrors: true,
    verbose: true,
    logger: false,
    formats,
    // Schemas were checked when the document was read; most checks run a few times, less than polishing their code costs.
    validateSchema: false,
    meta: false,
    inlineRefs: false,
    code: { optimize: false },
  });
  ajv.addSchema({ definitions: contract.definitions }, 'contract');
  const compiler = { ajv, bySchema: new WeakMap<JsonSchema, ValidateFunction>(), byText: new Map() };
  compilers.set(contract, compiler);
  return compiler;
}

/** The definitions stay where they are, so that each is compiled once for all messages. */
function compile({ ajv, bySchema, byText }: Compiler, schema: JsonSchema): ValidateFunction {
  const text = JSON.stringify(schema).replaceAll('"$ref":"#/definitions/', '"$ref":"contract#/definitions/');
  const validate = byText.get(text) ?? ajv.compile(JSON.parse(text) as JsonSchema);
  byText.set(text, validate);
  bySchema.set(schema, validate);
  return validate;
}

export class Schemas {
  readonly #contract: Contract;
  readonly #compiler: Compiler;

  constructor(contract: Contract) {
    this.#contract = contract;
    this.#compiler = compilerOf(contract);
  }

  issues(schema: JsonSchema, value: unknown): readonly SchemaIssue[] {
    const validate = this.#compiler.bySchema.get(schema) ?? compile(this.#compiler, schema);
    if (validate(value)) return [];
    return (validate.errors ?? []).map(toIssue);
  }

  accepts(schema: JsonSchema, value: unknown): boolean {
    return this.issues(schema, value).length === 0;
  }

  /** Follows `$ref` into the definitions. */
  resolve(schema: JsonSchema): JsonSchema {
    let at = schema;
    for (let depth = 0; depth < 20 && typeof at.$ref === 'string'; depth += 1) {
      at = (valueAt({ definitions: this.#contract.definitions }, at.$ref.replace(/^#/, '')) ?? {}) as JsonSchema;
    }
    return at;
  }
}

function toIssue(error: ErrorObject): SchemaIssue {
  const missing =
    error.keyword === 'required' ? String((error.params as { missingProperty: string }).missingProperty) : null;
  const extra =
    error.keyword === 'additionalProperties'
      ? String((error.params as { additionalProperty: string }).additionalProperty)
      : null;
  const should = ((error.parentSchema as JsonSchema | undefined)?.['x-ws-should'] ?? []) as readonly string[];
  const name = missing ?? extra;
  return {
    pointer: error.instancePath + (name === null ? '' : toPointer([name])),
    keyword: error.keyword,
    message: `${error.instancePath === '' ? 'the message' : error.instancePath} ${error.message ?? 'is invalid'}`,
    level:
      should.includes(error.keyword) || (missing !== null && should.includes(`required/${missing}`))
        ? 'SHOULD'
        : 'MUST',
  };
}

/** The message of the channel that a value's discriminator names; null where there is none such. */
export function classify(channel: Channel, messages: readonly Message[], value: unknown): string | null {
  const { discriminator } = channel.envelope;
  if (discriminator === null) return messages[0]?.key ?? null;
  const type = valueAt(value, discriminator);
  return messages.find((message) => message.type === type)?.key ?? null;
}
