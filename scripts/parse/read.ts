// Reads values of one type each. What is of another type is told and taken as absent, so that one run tells all mistakes.
import type { FindingCode } from '../errors.ts';
import type { Fact, Level, Pointer } from '../model.ts';
import { nearest } from './nearest.ts';
import { isPointer, joinPointer } from './pointer.ts';
import type { ReportDetails } from './references.ts';
import { isRecord, type Value } from './value.ts';

export function report(value: Value, code: FindingCode, details: ReportDetails): void {
  value.documents.report(code, value, details);
}

function wrongType(value: Value, expected: string): undefined {
  const { raw } = value;
  const found =
    raw === null
      ? 'nothing'
      : typeof raw === 'object'
        ? Array.isArray(raw)
          ? 'a list'
          : 'an object'
        : JSON.stringify(raw);
  report(value, 'value-type', {
    message: `${lastToken(value.pointer)} must be ${expected}.`,
    expected,
    found,
    fix: `Write ${expected} there.`,
  });
  return undefined;
}

function lastToken(pointer: Pointer): string {
  return JSON.stringify(
    pointer
      .slice(pointer.lastIndexOf('/') + 1)
      .replaceAll('~1', '/')
      .replaceAll('~0', '~'),
  );
}

/** Tells that a key is absent. */
export function missing(parent: Value, key: string, what: string): void {
  const at = { file: parent.file, pointer: joinPointer(parent.pointer, key) };
  parent.documents.report('value-missing', at, {
    message: `${JSON.stringify(key)} is missing: ${what}.`,
    expected: what,
    found: 'nothing',
    fix: `Add ${key}.`,
  });
}

export function readText(value: Value): string | undefined {
  if (!value.exists) return undefined;
  return typeof value.raw === 'string' ? value.raw : wrongType(value, 'a text');
}

export function readNumber(value: Value): number | undefined {
  if (!value.exists) return undefined;
  return typeof value.raw === 'number' && Number.isFinite(value.raw) ? value.raw : wrongType(value, 'a number');
}

export function readFlag(value: Value): boolean | undefined {
  if (!value.exists) return undefined;
  return typeof value.raw === 'boolean' ? value.raw : wrongType(value, 'true or false');
}

export function readList(value: Value): Value[] {
  if (!value.exists) return [];
  if (!Array.isArray(value.raw)) wrongType(value, 'a list');
  return value.items();
}

/** False, with a finding where something else stands there. */
export function isObject(value: Value): boolean {
  if (isRecord(value.raw)) return true;
  if (value.exists) wrongType(value, 'an object');
  return false;
}

/** A pointer from the root of a message; null where none is written. */
export function readPointer(value: Value): Pointer | null {
  const text = readText(value);
  if (text === undefined) return null;
  if (isPointer(text)) return text;
  wrongType(value, 'a JSON Pointer from the root of the message, like /data/id');
  return null;
}

export function readChoice<C extends string>(value: Value, choices: readonly C[]): C | undefined {
  if (!value.exists) return undefined;
  const found = choices.find((choice) => choice === value.raw);
  if (found !== undefined) return found;
  const near = typeof value.raw === 'string' ? nearest(value.raw, choices) : undefined;
  report(value, 'value-unknown', {
    message: `${lastToken(value.pointer)} is none of the words that are allowed there.`,
    expected: `one of ${choices.join(', ')}`,
    found: JSON.stringify(value.raw),
    fix: near === undefined ? 'Write one of them.' : `Did you mean ${near}?`,
  });
  return undefined;
}

export function readTexts(value: Value): string[] {
  return readList(value).flatMap((item) => readText(item) ?? []);
}

export function readChoices<C extends string>(value: Value, choices: readonly C[]): C[] {
  return readList(value).flatMap((item) => readChoice(item, choices) ?? []);
}

export function readLevel(value: Value): Level {
  return readChoice(value.field('level'), ['MUST', 'SHOULD']) ?? 'MUST';
}

/** What every row that bears a rule has. */
export function readFact(value: Value): Fact {
  const description = readText(value.field('description'));
  const should = readTexts(value.field('should'));
  return {
    level: readLevel(value),
    ...(should.length === 0 ? {} : { should }),
    source: value.source,
    ...(description === undefined ? {} : { description }),
  };
}

/** Needed: tells it where it is absent. */
export function needText(parent: Value, key: string, what: string): string | undefined {
  const value = parent.field(key);
  if (!value.exists) missing(parent, key, what);
  return readText(value);
}

export function needNumber(parent: Value, key: string, what: string): number | undefined {
  const value = parent.field(key);
  if (!value.exists) missing(parent, key, what);
  return readNumber(value);
}

export function needChoice<C extends string>(parent: Value, key: string, choices: readonly C[]): C | undefined {
  const value = parent.field(key);
  if (!value.exists) missing(parent, key, `one of ${choices.join(', ')}`);
  return readChoice(value, choices);
}
