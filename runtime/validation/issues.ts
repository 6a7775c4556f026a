// Decides which place in a message a breach is reported at.
import type { Issue } from './validator.ts';

/** A breach as the compiled checks record it. */
export interface Breach {
  readonly instancePath: string;
  readonly keyword: string;
  readonly message?: string;
  readonly params?: {
    readonly missingProperty?: string;
    readonly additionalProperty?: string;
    readonly propertyName?: string;
  };
}

/** A compiled check: true, or false with `errors` set. */
export interface Compiled {
  (value: unknown): boolean;
  errors?: readonly Breach[] | null;
}

/** The issue of the check that just failed. */
export function issueOf(compiled: Compiled): Issue {
  const breaches = compiled.errors ?? [];
  compiled.errors = null;
  // A choice (`anyOf`, `oneOf`, `if`) is recorded after the breaches of its branches; the last one is the verdict.
  const last = breaches.at(-1);
  if (last === undefined) return { pointer: '', message: 'is invalid' };
  const message = last.message ?? 'is invalid';
  const branches = breaches.slice(0, -1);
  const isChoice = last.keyword === 'anyOf' || last.keyword === 'oneOf' || last.keyword === 'if';
  if (!isChoice) return { pointer: pointerOf(last), message };
  // Where every branch complains about one and the same place, that place is at fault; otherwise several could mend it.
  const places = new Set(branches.map(pointerOf));
  const [place] = places;
  return { pointer: places.size === 1 && place !== undefined ? place : '', message };
}

function pointerOf(breach: Breach): string {
  const { missingProperty, additionalProperty, propertyName } = breach.params ?? {};
  const property = missingProperty ?? additionalProperty ?? propertyName;
  return property === undefined ? breach.instancePath : `${breach.instancePath}/${escapeSegment(property)}`;
}

/** RFC 6901 section 3. */
export function escapeSegment(segment: string): string {
  return segment.replaceAll('~', '~0').replaceAll('/', '~1');
}
