// Checks every line of the adapter protocol, in both directions, against adapter.schema.json.
import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { AdapterError, type AdapterEvent, type Answer } from './protocol.ts';

const schema = JSON.parse(readFileSync(new URL('./adapter.schema.json', import.meta.url), 'utf8'));
const ajv = new Ajv({ strict: false, allErrors: false, logger: false });
ajv.addSchema(schema, 'adapter');

function validator(name: string) {
  const validate = ajv.compile({ $ref: `adapter#/definitions/${name}` });
  return (value: unknown): string => {
    if (validate(value)) return '';
    // Of a union the deepest complaint says most: the branch that got furthest.
    const deepest = [...(validate.errors ?? [])].sort((a, b) => b.instancePath.length - a.instancePath.length)[0];
    return `${deepest?.instancePath || 'the line'} ${deepest?.message ?? 'is not as it should be'}`;
  };
}

const checks = { command: validator('command'), answer: validator('answer'), event: validator('event') };

/** A command as a line, without its end. A command that breaks the schema is a fault of the suite. */
export function writeLine(command: object): string {
  const wrong = checks.command(command);
  const line = JSON.stringify(command);
  if (wrong !== '') throw new Error(`The suite wrote a line that is no command: ${wrong}: ${line}`);
  return line;
}

export type ReadLine =
  | { readonly kind: 'answer'; readonly answer: Answer }
  | { readonly kind: 'event'; readonly event: AdapterEvent };

/** Throws {@link AdapterError} with the line and what is wrong with it. */
export function readLine(line: string): ReadLine {
  const shown = line.length > 300 ? `${line.slice(0, 297)}...` : line;
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new AdapterError(
      `The adapter wrote a line that is not JSON: ${shown}\nStandard output is for the protocol alone; write logs to standard error.`,
    );
  }
  const isEvent = typeof value === 'object' && value !== null && 'event' in value;
  const wrong = isEvent ? checks.event(value) : checks.answer(value);
  if (wrong !== '') {
    throw new AdapterError(
      `The adapter wrote a line that is no ${isEvent ? 'event' : 'answer'} (${wrong}): ${shown}\nconformance/adapter/adapter.schema.json says what a line may be.`,
    );
  }
  return isEvent ? { kind: 'event', event: value as AdapterEvent } : { kind: 'answer', answer: value as Answer };
}
