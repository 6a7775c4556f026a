// Where a channel is: the target's base, the channel's address with its parameters, the query with the token.
import type { Channel, JsonSchema } from '../../scripts/model.ts';
import type { ChannelFixtures, Target } from '../target/target.ts';
import { samplePattern } from './pattern-sample.ts';

export interface AddressParts {
  readonly room: string | null;
  readonly token: string | null;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string | readonly string[]>>;
  /** Instead of the channel's path and query. */
  readonly path?: string;
  /** After the channel's path. */
  readonly suffix?: string;
  /** Instead of the query, as it is. */
  readonly rawQuery?: string;
}

/** The base has the contract's pathname added where the target's URL has no path of its own; one with a path replaces it. */
export function channelBase(channel: Channel, target: Target): URL {
  const own = target.channels[channel.name]?.url;
  const base = new URL(own ?? target.url);
  if (own === undefined && (base.pathname === '/' || base.pathname === '')) base.pathname = channel.pathname;
  base.pathname = base.pathname.replace(/\/+$/, '');
  return base;
}

/** A value for each path parameter of which the contract lists or shows some, where the target file names none. */
function usualParameters(channel: Channel): Record<string, string> {
  const known = usual.get(channel) ?? makeParameters(channel);
  usual.set(channel, known);
  return known;
}

/** One value for a whole run: another one may be another place. */
const usual = new WeakMap<Channel, Record<string, string>>();

function makeParameters({ parameters }: Channel): Record<string, string> {
  const entries = parameters.flatMap(({ name, schema }) => {
    const listed = [schema.default, ...[schema.enum, schema.examples].flat(), schema.const];
    const value = listed.find((one) => one !== undefined) ?? madeFor(schema);
    return value === undefined ? [] : [[name, String(value)]];
  });
  return Object.fromEntries(entries);
}

function madeFor({ type, minimum, pattern }: JsonSchema): unknown {
  if (type === 'integer' || type === 'number') return minimum ?? 1;
  return typeof pattern === 'string' ? (samplePattern(pattern) ?? undefined) : 'x';
}

export function channelUrl(channel: Channel, target: Target, parts: AddressParts): string {
  const base = channelBase(channel, target);
  const prefix = `${base.protocol}//${base.host}${base.pathname === '/' ? '' : base.pathname}`;
  if (parts.path !== undefined) return prefix + parts.path;
  const fixtures: ChannelFixtures | undefined = target.channels[channel.name];
  const values: Record<string, string> = { ...usualParameters(channel), ...fixtures?.parameters };
  if (parts.room !== null && channel.room?.parameter) values[channel.room.parameter] = parts.room;
  Object.assign(values, parts.parameters);
  const path = channel.address.replace(/\{([^}]+)\}/g, (_, name: string) => encodeURIComponent(values[name] ?? ''));
  const place = prefix + path + (parts.suffix ?? '');
  if (parts.rawQuery !== undefined) return `${place}?${parts.rawQuery}`;
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...fixtures?.query, ...parts.query })) {
    for (const one of typeof value === 'string' ? [value] : value) query.append(name, one);
  }
  if (parts.token !== null && channel.auth?.parameter) query.append(channel.auth.parameter, parts.token);
  const text = query.toString();
  return `${place}${text === '' ? '' : `?${text}`}`;
}
