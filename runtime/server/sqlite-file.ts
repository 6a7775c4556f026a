// The file of the SQLite engine: its tables, and the statements over them.

import type { Database } from 'libsql';
import { loadPackage } from './engine-package.ts';
import type { HistoryEntry } from './seam.ts';

/** Written into the file, so that a later format can tell. */
const FORMAT = 1;

const tables = `
CREATE TABLE IF NOT EXISTS streams (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, head INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS entries (
  stream INTEGER NOT NULL, sequence INTEGER NOT NULL, timestamp INTEGER NOT NULL, text TEXT NOT NULL,
  PRIMARY KEY (stream, sequence)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS answers (
  key TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, answer TEXT NOT NULL, expires INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS answers_by_expiry ON answers (expires);
CREATE TABLE IF NOT EXISTS saved (key TEXT PRIMARY KEY, text TEXT NOT NULL) WITHOUT ROWID;
`;

export interface StreamRow {
  readonly id: number;
  readonly head: number;
}

export interface AnswerRow {
  readonly fingerprint: string;
  readonly answer: string;
}

const statement = (database: Database, sql: string) => {
  const prepared = database.prepare<unknown[]>(sql);
  return {
    run: (...values: unknown[]): void => {
      prepared.run(...values);
    },
    get: <T>(...values: unknown[]): T | undefined => prepared.get(...values) as T | undefined,
    all: <T>(...values: unknown[]): T[] => prepared.all(...values) as T[],
  };
};

const prepare = (database: Database) => {
  const next = statement(
    database,
    'INSERT INTO streams (name, head) VALUES (?, 1) ON CONFLICT (name) DO UPDATE SET head = head + 1 RETURNING id, head',
  );
  const find = statement(database, 'SELECT id, head FROM streams WHERE name = ?');
  const insert = statement(database, 'INSERT INTO entries (stream, sequence, timestamp, text) VALUES (?, ?, ?, ?)');
  const trim = statement(database, 'DELETE FROM entries WHERE stream = ? AND sequence <= ?');
  const first = statement(
    database,
    'SELECT sequence, timestamp, text FROM entries WHERE stream = ? AND sequence > ? ORDER BY sequence LIMIT 1',
  );
  const from = statement(
    database,
    'SELECT sequence, timestamp, text FROM entries WHERE stream = ? AND sequence > ? AND timestamp >= ? ORDER BY sequence',
  );
  const dropStream = statement(database, 'DELETE FROM streams WHERE id = ?');
  const answer = statement(database, 'SELECT fingerprint, answer FROM answers WHERE key = ? AND expires > ?');
  const putAnswer = statement(
    database,
    'INSERT OR REPLACE INTO answers (key, fingerprint, answer, expires) VALUES (?, ?, ?, ?)',
  );
  const sweep = statement(database, 'DELETE FROM answers WHERE expires <= ?');
  const load = statement(database, 'SELECT text FROM saved WHERE key = ?');
  const save = statement(database, 'INSERT OR REPLACE INTO saved (key, text) VALUES (?, ?)');
  const forget = statement(database, 'DELETE FROM saved WHERE key = ?');
  return {
    next: (name: string): StreamRow => next.get<StreamRow>(name)!,
    find: (name: string): StreamRow | undefined => find.get<StreamRow>(name),
    insert: (stream: number, entry: HistoryEntry): void =>
      insert.run(stream, entry.sequence, entry.timestamp, entry.text),
    /** Deletes the entries of a stream up to that number. */
    trim: (stream: number, sequence: number): void => trim.run(stream, sequence),
    /** The oldest entry after that number. */
    first: (stream: number, after: number): HistoryEntry | undefined => first.get<HistoryEntry>(stream, after),
    from: (stream: number, after: number, since: number): HistoryEntry[] =>
      from
        .all<HistoryEntry>(stream, after, since)
        .map(({ sequence, timestamp, text }) => ({ sequence, timestamp, text })),
    drop: ({ id, head }: StreamRow): void => {
      trim.run(id, head);
      dropStream.run(id);
    },
    answer: (key: string, now: number): AnswerRow | undefined => answer.get<AnswerRow>(key, now),
    putAnswer: (key: string, row: AnswerRow, expires: number): void =>
      putAnswer.run(key, row.fingerprint, row.answer, expires),
    sweep: (now: number): void => sweep.run(now),
    load: (key: string): string | null => load.get<{ text: string }>(key)?.text ?? null,
    save: (key: string, text: string): void => save.run(key, text),
    forget: (key: string): void => forget.run(key),
  };
};

export interface SqliteFile {
  readonly database: Database;
  /** Locks the file `FILE-lock`: what two processes number would collide. The lock ends with the process; one on the
   * database itself would outlive its closing, until the statements are collected. */
  readonly lock: Database;
  readonly rows: ReturnType<typeof prepare>;
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';

const explain = (file: string, error: unknown): Error => {
  const text = error instanceof Error ? error.message : String(error);
  if (codeOf(error).startsWith('SQLITE_BUSY') || text.includes('locked')) {
    return new Error(`${file} is in use by another process. One server writes to it; for several, use Redis.`, {
      cause: error,
    });
  }
  return new Error(`${file} cannot be opened as a SQLite database: ${text}.`, { cause: error });
};

/** Ends its use; another may open it at once. */
export const closeSqliteFile = ({ database, lock }: SqliteFile): void => {
  database.pragma('wal_checkpoint(TRUNCATE)');
  database.close();
  lock.exec('ROLLBACK');
  lock.close();
};

/** Opens the file or makes it. Rejects with a sentence where it cannot. @param maxBytes how large it may become */
export const openSqliteFile = async (file: string, maxBytes: number | null): Promise<SqliteFile> => {
  const { default: Sqlite } = await loadPackage('SQLite', 'libsql', () => import('libsql'));
  let database: Database | null = null;
  let lock: Database | null = null;
  try {
    lock = new Sqlite(`${file}-lock`);
    lock.exec('BEGIN EXCLUSIVE');
    database = new Sqlite(file);
    database.pragma('journal_mode = WAL');
    database.pragma('synchronous = FULL');
    database.exec(`BEGIN IMMEDIATE; ${tables} COMMIT;`);

    const [row] = database.pragma('user_version') as { readonly user_version: number }[];
    if ((row?.user_version ?? 0) > FORMAT) throw new Error('it was written by a later version of wirepact');
    database.pragma(`user_version = ${FORMAT}`);
    if (maxBytes !== null) {
      const [size] = database.pragma('page_size') as { readonly page_size: number }[];
      database.pragma(`max_page_count = ${Math.max(1, Math.floor(maxBytes / (size?.page_size ?? 4096)))}`);
    }
    return { database, lock, rows: prepare(database) };
  } catch (error) {
    database?.close();
    lock?.close();
    throw explain(file, error);
  }
};
