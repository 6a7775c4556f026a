import { expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { chatClient } from '../../generated/channels/chat/client.ts';
import { developmentSecret, makeToken, users } from '../../reference-server/index.ts';
import { RedisServer, withoutRedis } from '../../runtime/server/fixtures/redis-server.ts';
import { ServerProcess } from './server-process.ts';

/** The contract's: presence is right again so soon after a process was killed. */
const RECOVERY_MS = 60_000;

const enter = (url: string, index: number) => {
  const client = chatClient({
    url: `${url}/chat`,
    parameters: { room_id: 'lobby' },
    token: () => makeToken(users[index]!, { secret: developmentSecret }),
    WebSocket,
  });
  onTestFinished(() => client.dispose());
  const statuses: string[] = [];
  const waiting = new Set<() => void>();
  client.on('user_status', ({ data }) => {
    statuses.push(`${data.user.username} ${data.status}`);
    for (const look of waiting) look();
  });
  client.connect();
  return {
    client,
    statuses,
    ready: () =>
      new Promise<void>((resolve) => {
        client.subscribe(() => client.state.ready && resolve());
      }),
    until: (status: string) =>
      new Promise<void>((resolve) => {
        const look = (): void => {
          if (statuses.includes(status)) resolve();
        };
        waiting.add(look);
        look();
      }),
  };
};

test.skipIf(withoutRedis)(
  'who went with a killed process is told to have gone, and nobody else',
  { timeout: 180_000 },
  async () => {
    const redis = await RedisServer.start(true);
    onTestFinished(() => redis.stop());
    const start = async (): Promise<ServerProcess> => {
      const server = await ServerProcess.start({ engine: redis.url, timeScale: 1 });
      onTestFinished(async () => void (await server.kill()));
      return server;
    };
    const [doomed, other] = await Promise.all([start(), start()]);
    const watcher = enter(other.url, 0);
    await watcher.ready();
    const gone = enter(doomed.url, 1);
    const onBoth = [enter(doomed.url, 2), enter(other.url, 2)];
    await Promise.all([gone, ...onBoth].map((one) => one.ready()));
    await Promise.all([1, 2].map((index) => watcher.until(`${users[index]!.name} online`)));
    await doomed.kill();
    const killedAt = performance.now();
    for (const { client } of [gone, ...onBoth.slice(0, 1)]) client.dispose();
    await watcher.until(`${users[1]!.name} offline`);
    expect(performance.now() - killedAt).toBeLessThan(RECOVERY_MS);
    // What the others are told comes after, and is all there is.
    await onBoth[1]!.client.send('chat_message', { data: { message: 'still here' } });
    expect(watcher.statuses.filter((status) => status.endsWith('offline'))).toEqual([`${users[1]!.name} offline`]);
  },
);
