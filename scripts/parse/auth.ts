// Who may connect: which query parameter carries the token, how a connection is refused, and when a client counts as ready.
import type { Auth, AuthAnswer, AuthCondition, Claim, Ready } from '../model.ts';
import { nearest } from './nearest.ts';
import {
  isObject,
  needChoice,
  needText,
  readChoice,
  readFact,
  readFlag,
  readList,
  readNumber,
  readText,
  readTexts,
  report,
} from './read.ts';
import type { Value } from './value.ts';

const conditions = [
  'missing',
  'invalid',
  'expired',
  'unknown-user',
  'forbidden',
  'not-found',
  'expiry',
  'unknown-path',
  'invalid-query',
  'plain-http',
  'shutdown',
  'error',
] as const satisfies readonly AuthCondition[];

/** `securities`: the `security` lists of the operations on the channel, and of its server. */
export function parseAuth(channel: Value, document: Value, securities: readonly Value[]): Auth {
  const value = channel.field('x-ws-auth');
  if (!isObject(value)) return inferAuth(channel, document, securities);
  const scheme = readText(value.field('scheme')) ?? null;
  const ready = readList(value.field('ready')).flatMap(parseReady);
  return {
    scheme,
    parameter: scheme === null ? null : tokenParameter(value.field('scheme'), document, scheme),
    format: readChoice(value.field('format'), ['jwt', 'opaque']) ?? 'opaque',
    algorithms: readTexts(value.field('algorithms')),
    claims: readList(value.field('claims')).flatMap(parseClaim),
    answers: readList(value.field('answers')).flatMap(parseAnswer),
    ready: ready.length > 0 ? ready : [openAtOnce(value)],
    ...readFact(value),
  };
}

function openAtOnce(value: Value): Ready {
  return { on: 'open', afterMs: 0, level: 'MUST', source: value.source };
}

/** Without x-ws-auth: the first security requirement that is an API key in the query. */
function inferAuth(channel: Value, document: Value, securities: readonly Value[]): Auth {
  const schemes = document.field('components').field('securitySchemes').entries();
  const requirement = securities
    .flatMap((list) => list.items())
    .find((one) => one.field('type').raw === 'httpApiKey' && one.field('in').raw === 'query');
  const scheme = requirement === undefined ? undefined : schemes.find(([, one]) => one.id === requirement.id);
  return {
    scheme: scheme?.[0] ?? null,
    parameter: scheme === undefined ? null : (readText(scheme[1].field('name')) ?? null),
    format: 'opaque',
    algorithms: [],
    claims: [],
    answers: [],
    ready: [openAtOnce(channel)],
    level: 'MUST',
    source: requirement?.source ?? channel.source,
  };
}

function tokenParameter(site: Value, document: Value, name: string): string | null {
  const schemes = document.field('components').field('securitySchemes');
  const scheme = schemes.field(name);
  if (!scheme.exists) {
    const names = schemes.entries().map(([key]) => key);
    const near = nearest(name, names);
    report(site, 'reference-unresolved', {
      message: `There is no security scheme ${JSON.stringify(name)}.`,
      expected: names.length === 0 ? 'a key of components.securitySchemes' : `one of ${names.join(', ')}`,
      found: JSON.stringify(name),
      fix: near === undefined ? `Add components.securitySchemes.${name}.` : `Did you mean ${near}?`,
    });
    return null;
  }
  if (scheme.field('type').raw !== 'httpApiKey' || scheme.field('in').raw !== 'query') {
    report(site, 'value-unknown', {
      message: `The security scheme ${JSON.stringify(name)} does not carry a token in the query.`,
      expected: 'type: httpApiKey, in: query (a browser can set no header on a WebSocket)',
      found: `type: ${String(scheme.field('type').raw)}, in: ${String(scheme.field('in').raw)}`,
      fix: 'Name a scheme of type httpApiKey in query.',
    });
    return null;
  }
  return needText(scheme, 'name', 'the query parameter that carries the token') ?? null;
}

function parseClaim(row: Value): Claim[] {
  const name = needText(row, 'name', 'the name of the claim');
  return name === undefined ? [] : [{ name, required: readFlag(row.field('required')) ?? false, ...readFact(row) }];
}

function parseAnswer(row: Value): AuthAnswer[] {
  const when = needChoice(row, 'when', conditions);
  const status = row.field('status');
  const code = readNumber(row.field('close'));
  if (when === undefined) return [];
  if (status.exists === (code !== undefined)) {
    report(row, 'value-missing', {
      message: 'An answer is either an HTTP status or a close code.',
      expected: 'status or close',
      found: status.exists ? 'both' : 'neither',
      fix: status.exists ? 'Remove one of them.' : 'Add status: 403, or close: 4001.',
    });
    return [];
  }
  if (code !== undefined) return [{ when, by: 'close', code, ...readFact(row) }];
  const statuses = Array.isArray(status.raw) ? status.items() : [status];
  return [{ when, by: 'status', statuses: statuses.flatMap((one) => readNumber(one) ?? []), ...readFact(row) }];
}

function parseReady(row: Value): Ready[] {
  const on = needChoice(row, 'on', ['message', 'open']);
  if (on === undefined) return [];
  if (on === 'open') return [{ on, afterMs: readNumber(row.field('afterMs')) ?? 0, ...readFact(row) }];
  return [{ on, message: readText(row.field('message')) ?? null, ...readFact(row) }];
}
