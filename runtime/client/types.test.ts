import { expectTypeOf, test } from 'vitest';
import { accepting, talk } from './fixtures/tables.ts';
import { type Client, type ClientOptions, createClient } from './index.ts';

interface Channel {
  readonly parameters: { room_id: string };
  readonly query: { seat?: number };
  readonly client: {
    say: { type: 'say'; id?: string; timestamp?: string; text: string };
    load: { type: 'load'; id: string; data?: { limit?: number } };
    ping: { type: 'ping'; [more: string]: unknown };
  };
  readonly server: { said: { type: 'said'; text: string }; loaded: { type: 'loaded'; items: string[] } };
  readonly delivery: { said: 'room'; loaded: 'direct' };
  readonly replies: { load: 'loaded' };
  readonly sequenced: never;
}

const options: ClientOptions<Channel> = { parameters: { room_id: 'a' }, url: 'ws://localhost' };
const client: Client<Channel, 'type', 'id' | 'timestamp'> = createClient(talk, accepting(), options);

test('what is sent, heard and answered is typed by the channel', () => {
  // Never called: the compiler is what is tested.
  const uses = () => {
    void client.send('say', { text: 'a' });
    void client.send('say', { text: 'a', id: 'own' }, { signal: AbortSignal.timeout(1) });
    void client.send('load');
    void client.send('ping', { anything: 1 });
    // @ts-expect-error the text is missing
    void client.send('say', {});
    // @ts-expect-error the client adds the type
    void client.send('say', { text: 'a', type: 'load' });
    // @ts-expect-error only the server says so
    void client.send('said', { text: 'a' });
    // @ts-expect-error nothing answers it
    void client.request('say', { text: 'a' });
    // @ts-expect-error no such message
    client.on('gone', () => {});
    // @ts-expect-error the parameter is missing
    createClient<Channel>(talk, accepting(), { url: 'ws://localhost' });
  };
  expectTypeOf(uses).toBeFunction();
  expectTypeOf(client.request<'load'>).returns.resolves.toEqualTypeOf<Channel['server']['loaded']>();
  expectTypeOf(client.on<'said'>)
    .parameter(1)
    .parameter(0)
    .toEqualTypeOf<Channel['server']['said']>();
  expectTypeOf(client.messages).returns.toEqualTypeOf<
    AsyncIterableIterator<Channel['server']['said'] | Channel['server']['loaded']>
  >();
});
