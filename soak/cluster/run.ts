// Two processes on one Redis with members in rooms, a steady stream of messages, and one trouble after the other; judged when all is whole again.
import { setTimeout as wait } from 'node:timers/promises';
import { Random } from '../../conformance/pair/random.ts';
import { startProxy } from '../../conformance/proxy/index.ts';
import { confirmedMember, type Member, sequencedMember } from '../../examples/cluster/member.ts';
import { developmentSecret, makeToken, users } from '../../reference-server/index.ts';
import { RedisServer } from '../../runtime/server/fixtures/redis-server.ts';
import { judgeKept, judgeSequenced } from './judge.ts';
import { ServerProcess } from './server-process.ts';
import { type Cluster, drawSteps, inflict } from './trouble.ts';

export interface ClusterOptions {
  readonly seed: number;
  /** Half of them in rooms with numbers, half in rooms with confirmations. */
  readonly members: number;
  /** In a room. */
  readonly together: number;
  /** How many troubles, and how long from one to the next, ms, on the average. */
  readonly troubles: number;
  readonly everyMs: number;
  /** Between two messages of a member, ms, on the average. */
  readonly sayEveryMs: number;
  /** Texts of a member. */
  readonly sayAtMost: number;
  readonly timeScale: number;
  readonly print?: (line: string) => void;
}

export interface ClusterResult {
  readonly findings: readonly string[];
  readonly acknowledged: number;
  readonly refused: number;
  readonly delivered: number;
}

/** How long everyone may take to be back and to have all, ms: attempts, waits and silence by the contract, and a busy machine. */
const PATIENCE_MS = 90_000;

const startCluster = async (timeScale: number): Promise<Cluster> => {
  const redis = await RedisServer.start(true);
  const processes = await Promise.all([0, 1].map(() => ServerProcess.start({ engine: redis.url, timeScale })));
  const proxies = await Promise.all(processes.map(({ url }) => startProxy({ upstream: url })));
  return { redis, processes, proxies };
};

const stopCluster = async ({ redis, processes, proxies }: Cluster): Promise<void> => {
  await Promise.all(proxies.map((proxy) => proxy.close()));
  await Promise.all(processes.map((server) => server.kill()));
  await redis.stop();
};

const startMembers = (cluster: Cluster, options: ClusterOptions): readonly Member[] => {
  const random = new Random(options.seed, 'routes');
  const route = (): string => random.pick(cluster.proxies).url;
  const crowd = users.slice(9);
  return Array.from({ length: options.members }, (_, index) => {
    const user = crowd[index % crowd.length]!;
    const room = `room-${Math.floor(index / options.together)}`;
    const token = () => makeToken(user, { secret: developmentSecret });
    const parts = { name: `member-${index}`, room, token, timeScale: options.timeScale, route };
    return index < options.members / 2 ? sequencedMember(parts) : confirmedMember(parts);
  });
};

const until = async (isSo: () => boolean, withinMs = PATIENCE_MS): Promise<boolean> => {
  const deadline = performance.now() + withinMs;
  while (!isSo()) {
    if (performance.now() > deadline) return false;
    await wait(20);
  }
  return true;
};

/** Everyone talks, each at its own times, until it has said all, or what is returned is called. */
const talk = (members: readonly Member[], { seed, sayEveryMs, sayAtMost }: ClusterOptions): (() => void) => {
  const random = new Random(seed, 'talk');
  let isTalking = true;
  for (const member of members) {
    void (async () => {
      for (let number = 1; isTalking && number <= sayAtMost; number += 1) {
        await wait(random.between(1, 2 * sayEveryMs));
        if (isTalking) member.say(`${member.name} ${number}`);
      }
    })();
  }
  return () => {
    isTalking = false;
  };
};

/** Longer than a half-open connection stays unnoticed, ms. */
const TRY_MS = 15_000;

/** Says something until it has come back: what is not confirmed may be lost with a connection that is dead already. */
const lastWord = async ({ name, say, got }: Member): Promise<string> => {
  for (let number = 1_000_000; ; number += 1) {
    const word = `${name} ${number}`;
    say(word);
    const isBack = await until(() => got.some(({ text }) => text === word), TRY_MS);
    if (isBack || number >= 1_000_000 + PATIENCE_MS / TRY_MS) return word;
  }
};

/** A last word in every room, until everyone there has it: what was before it has come, or never will. */
const settle = async (members: readonly Member[]): Promise<readonly string[]> => {
  const late = (what: string, who: readonly Member[]) =>
    who.length === 0 ? [] : [`${who.length} ${what}, ${who[0]!.name} in ${who[0]!.room} among them`];
  await until(() => members.every(({ isReady, unsettled }) => isReady && unsettled === 0));
  const absent = members.filter(({ isReady, unsettled }) => !isReady || unsettled > 0);
  if (absent.length > 0) return late('are not back, or have unsettled messages', absent);
  const rooms = new Map<string, string>();
  const speakers = members.filter(({ room }, index) => members.findIndex((one) => one.room === room) === index);
  await Promise.all(speakers.map(async (member) => rooms.set(member.room, await lastWord(member))));
  const hasLast = ({ got, room }: Member): boolean => got.some(({ text }) => text === rooms.get(room));
  await until(() => members.every(hasLast));
  return late(
    'did not get the last message',
    members.filter((member) => !hasLast(member)),
  );
};

const judge = async (members: readonly Member[]): Promise<readonly string[]> => {
  const findings: string[] = [];
  for (const room of new Set(members.map((member) => member.room))) {
    const own = members.filter((member) => member.room === room);
    const kept = await own[0]!.history();
    findings.push(...(kept === null ? judgeSequenced(room, own) : judgeKept(room, kept, own)));
  }
  return findings;
};

/** Resolves to what was found; rejects where something could not be started. */
export const runCluster = async (options: ClusterOptions): Promise<ClusterResult> => {
  const { print = () => {} } = options;
  const cluster = await startCluster(options.timeScale);
  const members = startMembers(cluster, options);
  try {
    if (!(await until(() => members.every(({ isReady }) => isReady)))) {
      return { findings: ['not everyone could join'], acknowledged: 0, refused: 0, delivered: 0 };
    }
    const stop = talk(members, options);
    for (const step of drawSteps(options.seed, options.troubles, options.everyMs)) {
      await wait(step.afterMs);
      print(`${step.trouble} ${step.index}, ${step.forMs} ms`);
      await inflict(cluster, step);
    }
    await wait(options.everyMs);
    stop();
    const late = await settle(members);
    const findings = late.length > 0 ? late : await judge(members);
    const sum = (count: (member: Member) => number): number => members.reduce((all, one) => all + count(one), 0);
    return {
      findings,
      acknowledged: sum((one) => one.acknowledged.length),
      refused: sum((one) => one.refused.length),
      delivered: sum((one) => one.got.length),
    };
  } finally {
    for (const member of members) member.dispose();
    await stopCluster(cluster);
  }
};
