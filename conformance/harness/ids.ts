// Fresh ids of the kind that a place takes: any text, a number, or what its format or pattern asks for.
import { randomInt, randomUUID } from 'node:crypto';
import type { JsonSchema } from '../../scripts/model.ts';
import { samplePattern } from './pattern-sample.ts';

export type Id = string | number;

/** Counted on from anywhere, as texts are. */
let numbers = randomInt(2 ** 30);

/** A number that no other message of the run has, as far as the bounds have room. */
export function uniqueNumber({ minimum, maximum }: JsonSchema): number {
  numbers += 1;
  const least = typeof minimum === 'number' ? Math.ceil(minimum) : 1;
  const most = typeof maximum === 'number' ? Math.floor(maximum) : 2 ** 31 - 1;
  return least + (numbers % Math.max(1, most - least + 1));
}

export function isNumeric({ type }: JsonSchema): boolean {
  const types = [type].flat();
  return (types.includes('integer') || types.includes('number')) && !types.includes('string');
}

/** A text that the schema takes, where it does not take any; null where none is found. */
export function madeId(schema: JsonSchema, accepts: (id: string) => boolean): string | null {
  const uuid = randomUUID();
  const candidates = [uuid, uuid.replaceAll('-', ''), uuid.slice(0, 8)];
  if (typeof schema.pattern === 'string') candidates.push(samplePattern(schema.pattern) ?? '');
  if (typeof schema.maxLength === 'number') candidates.push(uuid.replaceAll('-', '').slice(0, schema.maxLength));
  return candidates.find(accepts) ?? null;
}
