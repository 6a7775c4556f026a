// Turns a contract into one of the same meaning in which nothing is called as it was: channels, messages, wire types,
// properties, parameters, error codes, roles and schemas. What works for both has no name built in.
import { parse, stringify } from 'yaml';
import { isRecord } from '../parse/value.ts';
import { named, renamed, renamedAddress, renamedExpression, renamedReference } from './names.ts';
import { renameRules } from './rename-rules.ts';
import { renameSchema, renameValue } from './rename-schema.ts';

type Row = { readonly [key: string]: unknown };

/** YAML or JSON in, YAML out. References into other files are not followed. */
export function renameContractText(text: string): string {
  const document: unknown = parse(text, { merge: true });
  return stringify(renameContract(document), { aliasDuplicateObjects: false, lineWidth: 0 });
}

export function renameContract(document: unknown): unknown {
  const root = isRecord(document) ? document : {};
  const components = row(root.components);
  return {
    ...root,
    channels: map(root.channels, (channel) => renameChannel(channel, components)),
    operations: map(root.operations, renameOperation),
    servers: entries(root.servers, (server) => ({ ...row(server), ...references(row(server).security, 'security') })),
    components: renameComponents(components, placesOf(root)),
  };
}

/** What of a channel decides how its messages are renamed: where the wire type and the error code sit. */
interface Places {
  readonly discriminator: string | null;
  readonly code: string | null;
}

const nowhere: Places = { discriminator: null, code: null };

/** For each component message the places of the channel that carries it. */
function placesOf(root: Row): ReadonlyMap<string, Places> {
  const places = new Map<string, Places>();
  for (const channel of Object.values(row(root.channels))) {
    for (const message of Object.values(row(row(channel).messages))) {
      const name = /^#\/components\/messages\/(.*)$/.exec(String(row(message).$ref))?.[1];
      if (name !== undefined) places.set(name, channelPlaces(row(channel), row(root.components)));
    }
  }
  return places;
}

function channelPlaces(channel: Row, components: Row): Places {
  const text = (value: unknown) => (typeof value === 'string' ? value : null);
  const error = row(channel['x-ws-error']);
  const shared = /^#\/components\/x-ws-error\/(.*)$/.exec(String(error.$ref))?.[1];
  const own = shared === undefined ? error : row(row(components['x-ws-error'])[shared]);
  return { discriminator: text(row(channel['x-ws-envelope']).discriminator), code: text(own.code) };
}

function renameChannel(value: unknown, components: Row): unknown {
  const channel = row(value);
  const places = channelPlaces(channel, components);
  const rest = Object.entries(channel).map(([key, one]): [string, unknown] => {
    if (key === 'address') return [key, typeof one === 'string' ? renamedAddress(one) : one];
    if (key === 'messages') return [key, map(one, (message) => renameMessage(message, places))];
    if (key === 'parameters') return [key, map(one, renameParameter)];
    if (key === 'bindings') return [key, renameBindings(one)];
    if (key === 'servers') return [key, one];
    return [key, key.startsWith('x-ws-') ? renameRules(one, key) : one];
  });
  return Object.fromEntries(rest);
}

function renameBindings(value: unknown): unknown {
  const ws = row(row(value).ws);
  return ws.query === undefined ? value : { ...row(value), ws: { ...ws, query: renameSchema(ws.query, '', nowhere) } };
}

function renameParameter(value: unknown): unknown {
  const parameter = row(value);
  if (typeof parameter.$ref === 'string') return { $ref: renamedReference(parameter.$ref) };
  const own = row(parameter['x-ws-parameter']);
  if (own.schema === undefined) return parameter;
  return { ...parameter, 'x-ws-parameter': { ...own, schema: renameSchema(own.schema, '', nowhere) } };
}

function renameMessage(value: unknown, places: Places): unknown {
  const message = row(value);
  const changed = Object.entries(message).map(([key, one]): [string, unknown] => {
    if (key === '$ref' && typeof one === 'string') return [key, renamedReference(one)];
    if (key === 'payload') return [key, renameSchema(one, '', places)];
    if (key === 'correlationId') return [key, renameCorrelation(one)];
    if (key === 'traits') return [key, list(one, (trait) => renameMessage(trait, places))];
    if (key === 'examples')
      return [
        key,
        list(one, (example) => ({ ...row(example), payload: renameValue(row(example).payload, '', places) })),
      ];
    return [key, key.startsWith('x-ws-') ? renameRules(one, key) : one];
  });
  return Object.fromEntries(changed);
}

function renameCorrelation(value: unknown): unknown {
  const { location, $ref, ...rest } = row(value);
  return {
    ...rest,
    ...(typeof $ref === 'string' ? { $ref: renamedReference($ref) } : {}),
    ...(typeof location === 'string' ? { location: renamedExpression(location) } : {}),
  };
}

function renameOperation(value: unknown): unknown {
  const changed = Object.entries(row(value)).map(([key, one]): [string, unknown] => {
    if (key === 'channel') return [key, { $ref: renamedReference(String(row(one).$ref)) }];
    if (key === 'messages' || key === 'security' || key === 'traits')
      return [key, list(one, (item) => (row(item).$ref === undefined ? renameOperation(item) : reference(item)))];
    if (key === 'reply') return [key, renameOperation(one)];
    return [key, key.startsWith('x-ws-') ? renameRules(one, key) : one];
  });
  return Object.fromEntries(changed);
}

function renameComponents(components: Row, places: ReadonlyMap<string, Places>): unknown {
  const changed = Object.entries(components).map(([group, value]): [string, unknown] => {
    if (group === 'schemas') return [group, map(value, (schema) => renameSchema(schema, '', nowhere))];
    if (group === 'messages')
      return [group, map(value, (message, key) => renameMessage(message, places.get(key) ?? nowhere))];
    if (group === 'messageTraits') return [group, map(value, (trait) => renameMessage(trait, nowhere))];
    if (group === 'operationTraits') return [group, map(value, renameOperation)];
    if (group === 'parameters') return [group, map(value, renameParameter)];
    if (group === 'correlationIds') return [group, map(value, renameCorrelation)];
    if (group === 'securitySchemes')
      return [group, map(value, (scheme) => ({ ...row(scheme), name: renamed(String(row(scheme).name)) }))];
    if (group.startsWith('x-ws-')) return [group, entries(value, (one) => renameRules(one, group))];
    return [group, named.has(group) ? map(value, (one) => one) : value];
  });
  return Object.fromEntries(changed);
}

function row(value: unknown): Row {
  return isRecord(value) ? value : {};
}

/** Renames the keys. */
function map(value: unknown, change: (item: unknown, key: string) => unknown): unknown {
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [renamed(key), change(item, key)]));
}

function entries(value: unknown, change: (item: unknown) => unknown): unknown {
  return isRecord(value) ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, change(item)])) : value;
}

function list(value: unknown, change: (item: unknown) => unknown): unknown {
  return Array.isArray(value) ? value.map(change) : value;
}

function reference(value: unknown): unknown {
  const { $ref } = row(value);
  return typeof $ref === 'string' ? { $ref: renamedReference($ref) } : value;
}

function references(value: unknown, key: string): Row {
  return value === undefined ? {} : { [key]: list(value, reference) };
}
