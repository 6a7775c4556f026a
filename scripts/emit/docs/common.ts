// Decides what the page says once for all channels: rows that are the same in each of them, and types used all over.
import type { Channel, CloseCode, Contract, ErrorCode, Fact, Limits } from '../../model.ts';
import { kebabCase, uniqueNames } from '../names.ts';
import { descriptionOf, referenceOf } from '../schema.ts';

/** Fewer channels, or uses of a type, are not worth a reader's jump. */
const LEAST_CHANNELS = 3;
const LEAST_USES = 4;
const LEAST_LENGTH = 40;

export interface Common {
  readonly closeCodes: readonly CloseCode[];
  readonly errorCodes: readonly ErrorCode[];
  /** Limits that each channel has, with the same bound and end. */
  readonly limits: Partial<Limits>;
  /** Anchors of the types that are told once, by the name of the definition. */
  readonly types: ReadonlyMap<string, string>;
  /** Whether a row is one of those above. */
  has(row: Fact): boolean;
}

export function commonOf(contract: Contract): Common {
  const { channels } = contract;
  const closeCodes = sharedRows(channels.map((channel) => channel.closeCodes));
  const errorCodes = sharedRows(channels.flatMap(({ error }) => (error === null ? [] : [error.codes])));
  const limits = sharedLimits(channels);
  const facts = Object.values(limits).filter((row) => row !== null);
  const told = new Set([...closeCodes, ...errorCodes, ...facts].map(textOf));
  return { closeCodes, errorCodes, limits, types: sharedTypes(contract), has: (row) => told.has(textOf(row)) };
}

function sharedLimits(channels: readonly Channel[]): Partial<Limits> {
  const [first] = channels;
  if (first === undefined || channels.length < LEAST_CHANNELS) return {};
  const isShared = (name: string, fact: Fact): boolean =>
    channels.every(({ limits }) => {
      const other = Object.entries(limits).find(([one]) => one === name)?.[1];
      return other && textOf(other) === textOf(fact);
    });
  return Object.fromEntries(Object.entries(first.limits).filter(([name, fact]) => fact && isShared(name, fact)));
}

function sharedRows<Row extends Fact>(lists: readonly (readonly Row[])[]): readonly Row[] {
  const [first = [], ...others] = lists;
  if (lists.length < LEAST_CHANNELS) return [];
  return first.filter((row) => others.every((list) => list.some((other) => textOf(other) === textOf(row))));
}

/** All that a reader sees of a row. */
function textOf({ source: _source, ...row }: Fact): string {
  return JSON.stringify(row);
}

function sharedTypes({ channels, definitions }: Contract): Map<string, string> {
  const uses = new Map<string, number>();
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    const name = referenceOf(value);
    if (name !== undefined) uses.set(name, (uses.get(name) ?? 0) + 1);
    for (const item of Object.values(value)) visit(item);
  };
  const messages = (channel: Channel) => [...channel.clientMessages, ...channel.serverMessages];
  visit([...channels.flatMap(messages).map(({ schema }) => schema), definitions]);
  const told = Object.keys(definitions).filter(
    (name) => (uses.get(name) ?? 0) >= LEAST_USES && (descriptionOf(definitions[name]) ?? '').length >= LEAST_LENGTH,
  );
  return uniqueNames(told, (name) => `type-${kebabCase(name)}`, '-');
}
