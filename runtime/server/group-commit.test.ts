import { expect, it } from 'vitest';
import { GroupCommit } from './group-commit.ts';

class Recorder {
  readonly log: string[] = [];
  inTransaction = false;

  exec(sql: string): this {
    this.log.push(sql);
    this.inTransaction = sql.startsWith('BEGIN');
    return this;
  }
}

const setUp = () => {
  const database = new Recorder();
  const commits = new GroupCommit(database);
  const add = (name: string) =>
    commits.add(
      () => database.log.push(name),
      () => database.log.push(`${name} is seen`),
    );
  return { database, commits, add };
};

it('writes what comes in one tick in one transaction, and shows it only then', async () => {
  const { database, add } = setUp();
  await Promise.all([add('a'), add('b')]);
  await add('c');
  expect(database.log).toEqual([
    'BEGIN IMMEDIATE',
    'a',
    'b',
    'COMMIT',
    'a is seen',
    'b is seen',
    'BEGIN IMMEDIATE',
    'c',
    'COMMIT',
    'c is seen',
  ]);
});

it('writes the others of a group where one cannot be written', async () => {
  const { database, commits, add } = setUp();
  const fail = (): never => {
    throw new Error('full');
  };
  const results = await Promise.allSettled([add('a'), commits.add(fail), add('b')]);
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(database.log.filter((line) => line === 'COMMIT')).toHaveLength(2);
  expect(database.log.filter((line) => line === 'ROLLBACK')).toHaveLength(2);
  expect(database.log.filter((line) => line.endsWith('is seen'))).toEqual(['a is seen', 'b is seen']);
});

it('writes what waits when it is closed', async () => {
  const { database, commits, add } = setUp();
  const written = add('a');
  commits.close();
  await written;
  expect(database.log).toContain('a is seen');
  await expect(add('b')).rejects.toThrow('The engine is closed.');
});
