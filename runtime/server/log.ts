// What the runtime tells its operator, and never a token: neither in a path nor inside the text of an exception.

export interface LogEntry {
  readonly level: 'info' | 'warn' | 'error';
  /** A fixed word for programs: `handler-failed`, `engine-failed`. */
  readonly event: string;
  readonly channel: string | null;
  readonly connection: string | null;
  readonly detail: string;
}

export type Log = (entry: LogEntry) => void;

// Three base64url parts, as every JWT has.
const JWT = /[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g;
const QUERY = /\?[^\s"']+/g;

/** A text without tokens and without query strings. */
export const redact = (text: string): string => text.replace(JWT, '[token]').replace(QUERY, '?[query]');

/** An exception for the log: name, redacted message and stack. */
export const describeError = (error: unknown): string =>
  redact(error instanceof Error ? (error.stack ?? `${error.name}: ${error.message}`) : String(error));

/** Writes warnings and errors to standard error. */
export const consoleLog: Log = ({ level, event, channel, connection, detail }) => {
  if (level === 'info') return;
  const where = [channel, connection].filter((part) => part !== null).join(' ');
  process.stderr.write(`${level} ${event}${where === '' ? '' : ` [${where}]`}: ${detail}\n`);
};
