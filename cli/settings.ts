// What `wirepact serve` can be told, once for flags, for the environment and for the table in the README. Flags win.
import { type Command, Option } from 'commander';
import { UsageError } from './exit-codes.ts';
import { positive } from './test.ts';

export interface Setting {
  /** As commander reads it; without a placeholder it takes no value. */
  readonly flag: string;
  readonly variable: string;
  /** As it would be given; left out: none. */
  readonly standard?: string;
  readonly says: string;
  /** Throws a {@link UsageError} with what to do. @default the text itself */
  readonly parse?: (text: string) => unknown;
}

const asItIs = (text: string): unknown => text;

const whole =
  (what: string, least: number, most = Number.MAX_SAFE_INTEGER) =>
  (text: string): number => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    const range = most === Number.MAX_SAFE_INTEGER ? `from ${least} on` : `from ${least} to ${most}`;
    throw new UsageError(`"${text}" is no ${what}: a whole number ${range}.`);
  };

const oneOf =
  (...words: readonly string[]) =>
  (text: string): string => {
    if (words.includes(text)) return text;
    throw new UsageError(`"${text}" is not known here. Give one of: ${words.join(', ')}.`);
  };

const listOf = (text: string): readonly string[] => {
  const parts = text.split(',').map((part) => part.trim());
  if (parts.every((part) => part !== '')) return parts;
  throw new UsageError(`"${text}" has an empty place. Give names with commas between them: a,b.`);
};

const origins = (text: string): readonly string[] =>
  listOf(text).map((origin) => {
    if (URL.canParse(origin) && new URL(origin).origin === origin) return origin;
    throw new UsageError(`"${origin}" is no origin. Give scheme and host, without a path: https://example.org.`);
  });

const rate = (text: string): { readonly perSecond: number; readonly burst: number } => {
  const [, perSecond, burst] = /^(\d+(?:\.\d+)?)\/(\d+)$/.exec(text) ?? [];
  if (Number(perSecond) > 0 && Number(burst) >= 1) return { perSecond: Number(perSecond), burst: Number(burst) };
  throw new UsageError(`"${text}" is no rate. Give how many a second, and how many at once: 20/40.`);
};

const port = whole('port', 0, 65_535);
const count = whole('number of connections', 1);

export const settings: readonly Setting[] = [
  {
    flag: '--contract <file>',
    variable: 'WIREPACT_CONTRACT',
    says: 'the AsyncAPI document (default: asyncapi.yaml here)',
  },
  { flag: '--port <number>', variable: 'WIREPACT_PORT', standard: '8787', says: '0: any that is free', parse: port },
  { flag: '--host <address>', variable: 'WIREPACT_HOST', standard: '127.0.0.1', says: 'address to listen on' },
  {
    flag: '--engine <engine>',
    variable: 'WIREPACT_ENGINE',
    standard: 'memory',
    says: 'where rooms and histories are kept: memory, sqlite:FILE or redis:URL',
  },
  {
    flag: '--time-scale <number>',
    variable: 'WIREPACT_TIME_SCALE',
    standard: '1',
    says: 'multiplies every duration of the contract',
    parse: positive,
  },
  {
    flag: '--control <port>',
    variable: 'WIREPACT_CONTROL',
    says: 'port of 127.0.0.1 for /health, /ready and /metrics, and a door for tests; on the port of the server itself: below /control',
    parse: port,
  },
  {
    flag: '--console <port>',
    variable: 'WIREPACT_CONSOLE',
    standard: '0',
    says: 'port of 127.0.0.1 for the page to try it out on, 0: any that is free; off: none',
    parse: (text) => (text === 'off' ? text : port(text)),
  },
  {
    flag: '--secret <text>',
    variable: 'WIREPACT_SECRET',
    says: 'key of the tokens (default: one that everybody knows)',
  },
  {
    flag: '--compression <when>',
    variable: 'WIREPACT_COMPRESSION',
    standard: 'contract',
    says: 'permessage-deflate: on, off, or where the contract allows it',
    parse: oneOf('contract', 'on', 'off'),
  },
  {
    flag: '--log <form>',
    variable: 'WIREPACT_LOG',
    standard: 'text',
    says: 'text: warnings and errors; json: each entry a line (by pino); off. To standard error',
    parse: oneOf('text', 'json', 'off'),
  },
  {
    flag: '--origins <list>',
    variable: 'WIREPACT_ORIGINS',
    says: 'pages that may connect, by origin; programs without an Origin may (default: any)',
    parse: origins,
  },
  {
    flag: '--hosts <list>',
    variable: 'WIREPACT_HOSTS',
    says: 'names by which requests may call the server (default: any)',
    parse: listOf,
  },
  {
    flag: '--max-connections <count>',
    variable: 'WIREPACT_MAX_CONNECTIONS',
    says: 'at once, beyond them 503 (default: without bound)',
    parse: count,
  },
  {
    flag: '--max-connections-per-user <count>',
    variable: 'WIREPACT_MAX_CONNECTIONS_PER_USER',
    says: 'at once, beyond them 429 (default: without bound)',
    parse: count,
  },
  {
    flag: '--max-connections-per-address <count>',
    variable: 'WIREPACT_MAX_CONNECTIONS_PER_ADDRESS',
    says: 'at once, beyond them 429 (default: without bound)',
    parse: count,
  },
  {
    flag: '--user-rate <rate>',
    variable: 'WIREPACT_USER_RATE',
    says: 'messages of a user over all connections, a second and at once: 20/40 (default: without bound)',
    parse: rate,
  },
  {
    flag: '--handshake-rate <rate>',
    variable: 'WIREPACT_HANDSHAKE_RATE',
    says: 'handshakes of an address, a second and at once: 5/20; beyond it 429 (default: without bound)',
    parse: rate,
  },
  {
    flag: '--handshake-timeout <ms>',
    variable: 'WIREPACT_HANDSHAKE_TIMEOUT',
    standard: '10000',
    says: 'how long headers may take to come, and a verdict on the token',
    parse: whole('duration in ms', 1),
  },
  {
    flag: '--trust-proxy',
    variable: 'WIREPACT_TRUST_PROXY',
    says: 'addresses are the last of X-Forwarded-For (1 in the environment)',
    parse: (text) => oneOf('0', '1')(text) === '1',
  },
];

export function addSettings(command: Command): Command {
  for (const { flag, standard, says, parse = asItIs } of settings) {
    const option = new Option(flag, says);
    // Commander would call a flag without a value with nothing.
    if (flag.includes('<')) option.argParser(parse);
    if (standard !== undefined) option.default(parse(standard), standard);
    command.addOption(option);
  }
  return command;
}

/** Fills in from the environment what was not given as a flag; an empty variable is none. Throws a {@link UsageError}. */
export function applyEnvironment(command: Command, environment: NodeJS.ProcessEnv): void {
  for (const { flag, variable, parse = asItIs } of settings) {
    const text = environment[variable];
    const name = new Option(flag).attributeName();
    if (text === undefined || text === '' || command.getOptionValueSource(name) === 'cli') continue;
    try {
      command.setOptionValueWithSource(name, parse(text), 'env');
    } catch (error) {
      throw error instanceof UsageError ? new UsageError(`${variable}: ${error.message}`) : error;
    }
  }
}

/** The table in the README. */
export function settingsTable(): string {
  const rows = settings.map(({ flag, variable, standard, says }) => {
    const value = standard === undefined ? '' : `\`${standard}\``;
    return `| \`${flag}\` | \`${variable}\` | ${value} | ${says} |`;
  });
  return ['| flag | environment | default | meaning |', '| --- | --- | --- | --- |', ...rows, ''].join('\n');
}
