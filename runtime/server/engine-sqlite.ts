// The engine of one process whose numbers, histories, values and answers outlive it: a SQLite file.
// What concerns living connections, subscriptions and presence, ends with the process and stays in memory.

import { memoryEngine } from './engine-memory.ts';
import { GroupCommit } from './group-commit.ts';
import type {
  Append,
  Cancel,
  Claim,
  Clock,
  Engine,
  History,
  HistoryRange,
  Member,
  Publication,
  Settlement,
} from './seam.ts';
import { closeSqliteFile, openSqliteFile, type SqliteFile } from './sqlite-file.ts';

export interface SqliteEngineOptions {
  /** Path of the database; it is made where it is not there, its folder is not. */
  readonly file: string;
  readonly clock: Clock;
  /** How large the file may become; beyond, nothing is accepted. @default no limit */
  readonly maxBytes?: number;
}

interface Held {
  readonly key: string;
  readonly fingerprint: string;
  readonly expires: number;
  settle(answer: string): Promise<void>;
}

// Entries that are not kept any more are deleted so many at a time, answers after so many claims.
const TRIM_EVERY = 128;
const SWEEP_EVERY = 1024;

class SqliteEngine implements Engine {
  readonly #file: SqliteFile;
  readonly #clock: Clock;
  readonly #memory: Engine;
  readonly #commits: GroupCommit;
  readonly #held = new Map<string, Held>();
  #claims = 0;

  constructor(file: SqliteFile, clock: Clock) {
    this.#file = file;
    this.#clock = clock;
    this.#memory = memoryEngine({ clock });
    this.#commits = new GroupCommit(file.database);
  }

  async append(entry: Append): Promise<number> {
    const { rows } = this.#file;
    const { settles } = entry;
    const { head } = await this.#commits.add(
      () => {
        if (settles) this.#putAnswer(settles);
        const stream = rows.next(entry.stream);
        const sequence = stream.head;
        const text = entry.text.length === 1 ? entry.text[0] : `${entry.text[0]}${sequence}${entry.text[1]}`;
        rows.insert(stream.id, { sequence, timestamp: entry.timestamp, text });
        if (sequence % TRIM_EVERY === 0) rows.trim(stream.id, sequence - entry.keep);
        return { head: sequence, text };
      },
      // Who sees it, sees what is on disk.
      ({ text }) => {
        if (settles) this.#settled(settles);
        if (entry.topic !== null) void this.#memory.publish(entry.topic, { ...entry.publication, text });
      },
    );
    return head;
  }

  async history(name: string, range: HistoryRange, keep: number): Promise<History> {
    const { rows } = this.#file;
    const stream = rows.find(name);
    if (!stream) return { oldest: 1, oldestTimestamp: null, head: 0, entries: [] };
    const kept = Math.max(0, stream.head - keep);
    const oldest = rows.first(stream.id, kept);
    const entries =
      'after' in range ? rows.from(stream.id, Math.max(kept, range.after), 0) : rows.from(stream.id, kept, range.since);
    return {
      oldest: oldest?.sequence ?? stream.head + 1,
      oldestTimestamp: oldest?.timestamp ?? null,
      head: stream.head,
      entries,
    };
  }

  async drop(name: string, unlessJoined?: string): Promise<void> {
    const { rows } = this.#file;
    if (unlessJoined !== undefined && (await this.#memory.members(unlessJoined)).members.length > 0) return;
    await this.#commits.add(() => {
      const stream = rows.find(name);
      if (stream) rows.drop(stream);
      rows.forget(name);
    });
  }

  publish(topic: string, publication: Publication): Promise<void> {
    return this.#memory.publish(topic, publication);
  }

  subscribe(topic: string, listener: (publication: Publication) => void): Promise<Cancel> {
    return this.#memory.subscribe(topic, listener);
  }

  join(set: string, connection: string, member: Member) {
    return this.#memory.join(set, connection, member);
  }

  leave(set: string, connection: string) {
    return this.#memory.leave(set, connection);
  }

  members(set: string) {
    return this.#memory.members(set);
  }

  async claim(key: string, fingerprint: string, windowMs: number): Promise<Claim> {
    const { rows } = this.#file;
    const known = rows.answer(key, this.#clock.now());
    if (known) return { repeated: true, fingerprint: known.fingerprint, answer: known.answer };
    this.#claims += 1;
    if (this.#claims % SWEEP_EVERY === 0) void this.#commits.add(() => rows.sweep(this.#clock.now())).catch(() => {});
    const claim = await this.#memory.claim(key, fingerprint, windowMs);
    if (claim.repeated) return claim;
    const holder = claim.holder ?? '';
    const expires = this.#clock.now() + windowMs;
    this.#held.set(holder, { key, fingerprint, expires, settle: claim.settle });
    return {
      repeated: false,
      holder,
      settle: async (answer) => {
        if (!this.#held.has(holder)) return;
        const settlement = { holder, answer };
        await this.#commits.add(
          () => this.#putAnswer(settlement),
          () => this.#settled(settlement),
        );
      },
      release: async () => {
        if (this.#held.delete(holder)) await claim.release();
      },
    };
  }

  async load(key: string): Promise<string | null> {
    return this.#file.rows.load(key);
  }

  async save(key: string, text: string): Promise<void> {
    await this.#commits.add(() => this.#file.rows.save(key, text));
  }

  async close(): Promise<void> {
    if (!this.#file.database.open) return;
    this.#commits.close();
    await this.#memory.close();
    closeSqliteFile(this.#file);
  }

  #putAnswer({ holder, answer }: Settlement): void {
    const held = this.#held.get(holder);
    if (!held) throw new Error('The claim is not held any more.');
    this.#file.rows.putAnswer(held.key, { fingerprint: held.fingerprint, answer }, held.expires);
  }

  #settled({ holder, answer }: Settlement): void {
    const held = this.#held.get(holder);
    this.#held.delete(holder);
    void held?.settle(answer);
  }
}

/** Keeps in a file what was accepted, before anyone sees it. One process at a time has the file. Rejects with a sentence
 * where the file cannot be opened, or the package `libsql` is not installed. */
export const sqliteEngine = async (options: SqliteEngineOptions): Promise<Engine> =>
  new SqliteEngine(await openSqliteFile(options.file, options.maxBytes ?? null), options.clock);
