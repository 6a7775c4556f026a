// Reads a target file (YAML): checked by target.schema.json, every mistake said with its line, ranges of users and rooms spread out.
import { readFile } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { Ajv, type ErrorObject } from 'ajv';
import { type Document, isMap, LineCounter, parseDocument } from 'yaml';
import { pointerKeys } from '../harness/pointer.ts';
import {
  type ChannelFixtures,
  type Hook,
  type HookName,
  type RoomFixture,
  type Target,
  TargetError,
  targetFromUrl,
  type UserEntry,
} from './target.ts';

type Id = string | number;
interface UserForm {
  readonly id?: Id;
  readonly user?: Id;
  readonly name?: string;
  readonly roles?: readonly string[];
  readonly token?: string;
  readonly tokenCommand?: readonly string[];
}
interface Range {
  readonly from: number;
  readonly to: number;
  readonly prefix?: string;
}
interface RoomForm {
  readonly room: Id;
  readonly users?: readonly Id[];
  readonly roles?: Readonly<Record<string, Id>>;
}
interface ChannelForm {
  readonly url?: string;
  readonly rooms?: readonly (Id | RoomForm | (Range & Omit<RoomForm, 'room'>))[];
  readonly forbiddenRooms?: readonly Id[];
  readonly missingRooms?: readonly Id[];
  readonly query?: Readonly<Record<string, Id>>;
  readonly parameters?: Readonly<Record<string, Id>>;
}
interface TargetForm {
  readonly target: {
    readonly name?: string;
    readonly url: string;
    readonly ca?: string;
    readonly start?: {
      readonly command: readonly string[];
      readonly env?: Readonly<Record<string, Id>>;
      readonly cwd?: string;
      readonly ready?: { readonly url?: string; readonly timeoutMs?: number };
    };
    readonly identity?: { readonly env: string; readonly header: string };
  };
  readonly tokens?: {
    readonly secret: string;
    readonly algorithm?: 'HS256' | 'HS384' | 'HS512';
    readonly claims?: Record<string, unknown>;
  };
  readonly serves?: readonly string[];
  readonly users?: readonly (Id | UserForm | Range)[];
  readonly actors?: Readonly<Record<string, UserForm>>;
  readonly unknownUser?: Id | UserForm;
  readonly outsider?: Id | UserForm;
  readonly faultyTokens?: Readonly<Record<string, string>>;
  readonly channels?: Readonly<Record<string, ChannelForm>>;
  readonly hooks?: Readonly<
    Partial<
      Record<
        HookName,
        { http?: string; method?: 'POST' | 'PUT'; headers?: Record<string, string>; command?: readonly string[] }
      >
    >
  >;
  readonly times?: Readonly<Record<string, number>>;
  readonly timeScale?: number;
  readonly known?: string;
  readonly run?: { readonly parallel?: number; readonly timeoutMs?: number };
}

/** `ws://...` or a file. Throws {@link TargetError} with every mistake of the file. */
export async function readTarget(fileOrUrl: string): Promise<Target> {
  if (/^wss?:\/\//.test(fileOrUrl)) return targetFromUrl(fileOrUrl);
  let text: string;
  try {
    text = await readFile(fileOrUrl, 'utf8');
  } catch (error) {
    throw new TargetError(
      `${fileOrUrl} cannot be read: ${(error as Error).message}. A target is a ws:// or wss:// address, or a YAML file.`,
    );
  }
  const target = await parseTarget(text, basename(fileOrUrl), dirname(resolve(fileOrUrl)));
  if (target.ca === undefined) return target;
  try {
    return { ...target, ca: await readFile(target.ca, 'utf8') };
  } catch (error) {
    throw new TargetError(`${fileOrUrl}: target.ca cannot be read: ${(error as Error).message}`);
  }
}

/** `folder` is what paths in the file are relative to. `ca` stays a path. */
export async function parseTarget(text: string, file: string, folder: string): Promise<Target> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  if (document.errors.length > 0) {
    throw new TargetError(
      document.errors
        .map((error) => `${file}:${error.linePos?.[0].line ?? 1}: ${error.message.split('\n')[0]}`)
        .join('\n'),
    );
  }
  const schema: object = JSON.parse(await readFile(new URL('./target.schema.json', import.meta.url), 'utf8'));
  const validate = new Ajv({ allErrors: true, strict: false, verbose: true }).compile(schema);
  const value: unknown = document.toJS();
  if (!validate(value)) {
    const said = new Set(
      (validate.errors ?? []).filter(isLeaf).map((error) => describeError(error, document, lines, file)),
    );
    throw new TargetError([...said].join('\n'));
  }
  return toTarget(value as TargetForm, file, folder);
}

/** `anyOf` itself says nothing that its branches do not. */
function isLeaf(error: ErrorObject, _: number, all: readonly ErrorObject[]): boolean {
  return !['anyOf', 'oneOf'].includes(error.keyword) || all.length === 1;
}

function describeError(error: ErrorObject, document: Document, lines: LineCounter, file: string): string {
  const keys = pointerKeys(error.instancePath);
  const extra = (error.params as { additionalProperty?: string }).additionalProperty;
  const path = keys.map((key) => (/^\d+$/.test(key) ? Number(key) : key));
  const holder = path.length === 0 ? document.contents : document.getIn(path, true);
  const pair =
    extra !== undefined && isMap(holder) ? holder.items.find((item) => String(item.key) === extra) : undefined;
  const range =
    (pair?.key as { range?: readonly number[] } | undefined)?.range ??
    (holder as { range?: readonly number[] } | null)?.range;
  const line = lines.linePos(range?.[0] ?? 0).line;
  const where = keys.length === 0 ? 'the file' : keys.join('.');
  if (extra !== undefined) {
    const known = Object.keys((error.parentSchema as { properties?: object } | undefined)?.properties ?? {});
    return `${file}:${line}: ${where} has the unknown key "${extra}".${known.length > 0 ? ` Known: ${known.join(', ')}.` : ''}`;
  }
  if (error.keyword === 'required') {
    return `${file}:${line}: ${where} lacks "${(error.params as { missingProperty: string }).missingProperty}".`;
  }
  if (error.keyword === 'enum') {
    return `${file}:${line}: ${where} must be one of ${(error.params as { allowedValues: unknown[] }).allowedValues.join(', ')}.`;
  }
  return `${file}:${line}: ${where} ${error.message ?? 'is wrong'}.`;
}

function isRange(form: object): form is Range {
  return 'from' in form;
}

function toUser(form: Id | UserForm, actor?: string): UserEntry {
  if (typeof form !== 'object') return { id: String(form), name: String(form), roles: [] };
  const id = String(form.id ?? form.user);
  return {
    id,
    name: form.name ?? actor ?? id,
    roles: form.roles ?? [],
    ...(form.token === undefined ? {} : { token: form.token }),
    ...(form.tokenCommand === undefined ? {} : { tokenCommand: form.tokenCommand }),
  };
}

function spread({ from, to, prefix = '' }: Range): readonly string[] {
  return Array.from({ length: Math.max(0, Math.min(to - from + 1, 10_000)) }, (_, index) => `${prefix}${from + index}`);
}

function texts(record: Readonly<Record<string, Id>> | undefined): Record<string, string> {
  return Object.fromEntries(Object.entries(record ?? {}).map(([name, value]) => [name, String(value)]));
}

function toChannel(form: ChannelForm): ChannelFixtures {
  const rooms = form.rooms?.flatMap((room): readonly RoomFixture[] => {
    if (typeof room !== 'object') return [{ room: String(room), roles: {} }];
    const names = isRange(room) ? spread(room) : [String(room.room)];
    const users = room.users === undefined ? {} : { users: room.users.map(String) };
    return names.map((name) => ({ room: name, ...users, roles: texts(room.roles) }));
  });
  return {
    ...(form.url === undefined ? {} : { url: form.url }),
    ...(rooms === undefined ? {} : { rooms }),
    forbiddenRooms: (form.forbiddenRooms ?? []).map(String),
    missingRooms: (form.missingRooms ?? []).map(String),
    query: texts(form.query),
    parameters: texts(form.parameters),
  };
}

function toHook(form: {
  http?: string;
  method?: 'POST' | 'PUT';
  headers?: Record<string, string>;
  command?: readonly string[];
}): Hook {
  if (form.command !== undefined) return { command: form.command };
  return { http: form.http ?? '', method: form.method ?? 'POST', headers: form.headers ?? {} };
}

function toTarget(form: TargetForm, file: string, folder: string): Target {
  const { target } = form;
  const { start } = target;
  const listed = (form.users ?? []).flatMap((user) =>
    typeof user === 'object' && isRange(user) ? spread(user).map((id) => toUser(id)) : [toUser(user)],
  );
  const actors = Object.entries(form.actors ?? {}).map(([name, actor]) => toUser(actor, name));
  return {
    name: target.name ?? file,
    url: target.url,
    ...(target.ca === undefined ? {} : { ca: resolve(folder, target.ca) }),
    ...(start === undefined
      ? {}
      : {
          start: {
            command: start.command,
            env: texts(start.env),
            cwd: resolve(folder, start.cwd ?? '.'),
            ready: {
              ...(start.ready?.url === undefined ? {} : { url: start.ready.url }),
              timeoutMs: start.ready?.timeoutMs ?? 30_000,
            },
          },
        }),
    ...(target.identity === undefined ? {} : { identity: target.identity }),
    ...(form.tokens === undefined
      ? {}
      : {
          tokens: {
            secret: form.tokens.secret,
            algorithm: form.tokens.algorithm ?? 'HS256',
            claims: form.tokens.claims ?? {},
          },
        }),
    ...(form.serves === undefined ? {} : { serves: form.serves }),
    users: [...listed, ...actors],
    ...(form.unknownUser === undefined ? {} : { unknownUser: toUser(form.unknownUser) }),
    ...(form.outsider === undefined ? {} : { outsider: toUser(form.outsider) }),
    faultyTokens: form.faultyTokens ?? {},
    channels: Object.fromEntries(
      Object.entries(form.channels ?? {}).map(([name, channel]) => [name, toChannel(channel)]),
    ),
    hooks: Object.fromEntries(Object.entries(form.hooks ?? {}).map(([name, hook]) => [name, toHook(hook)])),
    times: form.times ?? {},
    ...(form.timeScale === undefined ? {} : { timeScale: form.timeScale }),
    ...(form.known === undefined ? {} : { known: resolve(folder, form.known) }),
    run: { parallel: form.run?.parallel ?? 8, timeoutMs: form.run?.timeoutMs ?? 10_000 },
  };
}
