import { expect, it } from 'vitest';
import { systemClock } from './clock.ts';
import { memoryEngine } from './engine-memory.ts';
import { RedisTopics } from './engine-redis-topics.ts';
import { TopicBook } from './topic-book.ts';

type Row = [id: string, fields: string[]];

/** A link whose log and interruptions are the test's. */
const createLink = () => {
  const log: Row[] = [];
  let listener = (_payload: string): void => {};
  let lost = (): void => {};
  let back = (): void => {};
  let answer = (): void => {};
  const answered = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const link = {
    isUp: true,
    subscribe: async (_channel: string, heard: (payload: string) => void) => {
      listener = heard;
    },
    unsubscribe: async () => {},
    /** Why the next question is not answered. */
    refusal: null as string | null,
    command: async ([name, , from]: readonly string[]): Promise<unknown> => {
      if (name === 'XREVRANGE') return log.slice(-1);
      await answered;
      if (link.refusal !== null) {
        const refusal = new Error(link.refusal);
        link.refusal = null;
        throw refusal;
      }
      return log.filter(([id]) => `(${id}` > (from ?? ''));
    },
    owe: async (work: () => Promise<unknown>): Promise<void> => {
      await work().catch(() => link.owe(work));
    },
    onLost: (call: () => void) => {
      lost = call;
    },
    onBack: (call: () => void) => {
      back = call;
      return () => {};
    },
  };
  const append = (text: string, isHeard: boolean): void => {
    const [id, envelope] = [`${log.length + 1}-0`, JSON.stringify({ type: 'said' })];
    log.push([id, ['e', envelope, 'x', text]]);
    if (isHeard) listener(`${id}\n${envelope}\n${text}`);
  };
  return { link, append, lose: () => lost(), comeBack: () => back(), answer: () => answer() };
};

it('tells who joins while it catches up nothing of what was missed', async () => {
  const { link, append, lose, comeBack, answer } = createLink();
  const topics = new RedisTopics(link, (topic) => topic);
  const inner = memoryEngine({ clock: systemClock });
  const engine = Object.assign(Object.create(inner), {
    subscribe: topics.subscribe.bind(topics),
    caughtUp: topics.caughtUp.bind(topics),
  }) as typeof inner;
  const heard: string[] = [];
  const book = new TopicBook<string>(engine, ({ text }, members) => {
    heard.push(...[...members].map((member) => `${member} ${text}`));
  });
  await book.add('room', 'ada');
  append('one', true);
  lose();
  append('two', false);
  comeBack();
  const joined = book.add('room', 'bob');
  answer();
  await joined;
  append('three', true);
  expect(heard).toEqual(['ada one', 'ada two', 'ada three', 'bob three']);
});

it('lets nobody join while it hears nothing', async () => {
  const { link, lose } = createLink();
  const topics = new RedisTopics(link, (topic) => topic);
  await topics.subscribe('room', () => {});
  lose();
  link.isUp = false;
  await expect(topics.caughtUp('room')).rejects.toThrow('Redis cannot be reached');
});

/** A subscriber whose link was lost before `one` was published. */
const missingOne = async () => {
  const parts = createLink();
  const topics = new RedisTopics(parts.link, (topic) => topic);
  const heard: string[] = [];
  await topics.subscribe('room', ({ text }) => heard.push(text));
  parts.lose();
  parts.append('one', false);
  return { ...parts, topics, heard };
};

it('asks again for what was missed where Redis is there and did not say', async () => {
  const { link, topics, heard, append, comeBack, answer } = await missingOne();
  link.refusal = 'LOADING Redis is loading the dataset in memory';
  comeBack();
  answer();
  await topics.caughtUp('room');
  append('two', true);
  expect(heard).toEqual(['one', 'two']);
});

it('catches up anew where the link is lost while it does', async () => {
  const { topics, heard, append, lose, comeBack, answer } = await missingOne();
  comeBack();
  lose();
  answer();
  await new Promise((resolve) => setTimeout(resolve));
  append('two', false);
  comeBack();
  await topics.caughtUp('room');
  append('three', true);
  expect(heard).toEqual(['one', 'two', 'three']);
});
