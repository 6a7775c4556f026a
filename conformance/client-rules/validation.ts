// Rules about inbound frames that a client cannot use: each is reported and passed over, and the connection goes on.
import type { Channel, ServerMessage } from '../../scripts/model.ts';
import type { ClientKit } from '../client/client-kit.ts';
import type { ClientUnderTest } from '../client/client-under-test.ts';
import type { Connection } from '../harness/connection.ts';
import { brief, sameJson, toPointer, withValueAt } from '../harness/pointer.ts';
import type { Schemas } from '../harness/schemas.ts';
import { Failed, NotTestable } from '../rule.ts';
import { type ClientRule, caseAt } from './client-rule.ts';
import { plainKey } from './heartbeat.ts';
import { textMessage } from './sendable.ts';

/** Any message that the application is given at once. */
export function deliverable(channel: Channel, client: ClientUnderTest) {
  if (channel.resync !== null) return client.responder.update(client.responder.head + 1);
  const key = plainKey(channel) ?? channel.serverMessages.find(({ key: one }) => one !== channel.error?.message)?.key;
  return client.messages.build(key ?? '');
}

interface BadFrame {
  readonly kind: string;
  /** What is sent, and the value that must not reach the application. */
  make(
    kit: ClientKit,
    client: ClientUnderTest,
  ): { readonly send: (on: Connection) => Promise<void>; readonly value?: unknown };
  applies?(channel: Channel): boolean;
}

const text = (content: string) => ({ send: (on: Connection) => on.send(content) });

function leaves(value: unknown, pointer: string): readonly string[] {
  if (typeof value !== 'object' || value === null) return [pointer];
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, pointer + toPointer([key])));
}

/** The message with one value of a wrong type, at a place whose breach is a MUST; undefined where there is none. */
function broken(channel: Channel, message: ServerMessage, value: unknown, schemas: Schemas): unknown {
  const places = leaves(value, '').filter((place) => place !== channel.envelope.discriminator && place !== '');
  const variants = places.map((place) => withValueAt(value, place, { unexpected: true }));
  return variants.find((variant) => schemas.issues(message.schema, variant).some(({ level }) => level === 'MUST'));
}

const largeBytes = 2 * 1024 * 1024;

const badFrames: readonly BadFrame[] = [
  { kind: 'malformed', make: () => text('{"not json') },
  { kind: 'empty', make: () => text('') },
  { kind: 'no-object', make: () => text('[1, 2]') },
  { kind: 'null', make: () => text('null') },
  {
    kind: 'unknown-type',
    applies: ({ envelope }) => envelope.discriminator !== null,
    make(kit) {
      const value = withValueAt({}, kit.channel.envelope.discriminator ?? '', 'no-such-message');
      return { send: (on) => on.send(value), value };
    },
  },
  {
    kind: 'no-type',
    applies: ({ envelope }) => envelope.discriminator !== null,
    make: () => ({ send: (on) => on.send({ nothing: true }), value: { nothing: true } }),
  },
  {
    kind: 'invalid',
    make(kit, client) {
      for (const message of kit.channel.serverMessages) {
        const value = broken(kit.channel, message, client.messages.build(message.key).value, kit.schemas);
        if (value !== undefined) return { send: (on) => on.send(value), value };
      }
      throw new NotTestable('Nothing that the server sends can break its schema.', []);
    },
    applies: ({ serverMessages }) => serverMessages.some(({ schema }) => schema.properties !== undefined),
  },
  { kind: 'binary', make: () => ({ send: (on) => on.sendBinary(Buffer.from([0, 1, 2, 255])) }) },
  {
    kind: 'oversize',
    make: () => text(JSON.stringify({ large: 'x'.repeat(largeBytes) })),
  },
];

const survives: ClientRule = {
  id: 'validation/client-survives',
  role: 'client',
  level: 'SHOULD',
  sentence:
    'A frame that is no valid message of the contract is reported, does not reach the application as one, and ends nothing.',
  cases: (_contract, channel) =>
    badFrames
      .filter((frame) => frame.applies?.(channel) ?? true)
      .map((frame) =>
        caseAt(channel, channel, 'SHOULD', {
          message: frame.kind,
          stretch: 10,
          async run(kit) {
            const { client, connection } = await kit.ready();
            const before = client.seen('error').length;
            const { send, value } = frame.make(kit, client);
            await send(connection);
            const good = deliverable(channel, client);
            await connection.send(good.text);
            const arrived = () => client.delivered.some((message) => sameJson(message, good.value));
            const came = await kit.until(arrived, kit.patienceMs);
            // An end travels behind the message.
            await kit.clock.sleep(100);
            if (connection.ending !== null || client.stage.attempts.length > 1)
              throw new Failed('the connection to stay open', 'it was ended', { reason: 'ended' });
            if (!came) throw new Failed('the next message to be delivered', 'it was not', { reason: 'stuck' });
            if (value !== undefined && client.delivered.some((message) => sameJson(message, value)))
              throw new Failed('not delivered', brief(value), { reason: 'delivered' });
            await client.fence();
            if (client.seen('error').length === before)
              throw new Failed('an error event', 'none', { reason: 'not-reported' });
          },
        }),
      ),
};

const delivers: ClientRule = {
  id: 'delivery/application-gets-every-message',
  role: 'client',
  level: 'MUST',
  sentence: 'Every valid message of the contract reaches the application, whole and once.',
  cases: (_contract, channel) =>
    channel.serverMessages
      .filter(({ key }) => channel.resync?.snapshot?.message !== key && !channel.resync?.messages.includes(key))
      .map((message) =>
        caseAt(channel, message, message.level, {
          message: message.type,
          async run(kit) {
            const { client, connection } = await kit.ready();
            const built = client.messages.build(message.key);
            const from = client.delivered.length;
            await connection.send(built.text);
            const copies = () => client.delivered.slice(from).filter((one) => sameJson(one, built.value)).length;
            await kit.until(() => copies() > 0, kit.patienceMs);
            await kit.clock.sleep(30);
            await client.fence();
            if (copies() !== 1)
              throw new Failed(`${brief(built.value)} once`, `${copies()} times`, {
                reason: copies() === 0 ? 'lost' : 'duplicate',
              });
          },
        }),
      ),
};

const unknownPropertiesIgnored: ClientRule = {
  id: 'validation/client-ignores-unknown-properties',
  role: 'client',
  level: 'SHOULD',
  sentence: 'A message with properties that the contract does not name is delivered all the same.',
  cases: (_contract, channel) =>
    caseable(channel)
      ? [
          caseAt(channel, channel, 'SHOULD', {
            stretch: 10,
            async run(kit) {
              const { client, connection } = await kit.ready();
              const built = deliverable(channel, client);
              const value = withValueAt(built.value, '/wirepactUnknown', { later: true });
              const from = client.delivered.length;
              await connection.send(value);
              if (!(await kit.until(() => client.delivered.length > from, kit.patienceMs)))
                throw new Failed('the message to be delivered', 'it was not', { reason: 'lost' });
            },
          }),
        ]
      : [],
};

function caseable(channel: Channel): boolean {
  const key = channel.resync?.messages[0] ?? plainKey(channel);
  const message = channel.serverMessages.find((one) => one.key === key);
  return message !== undefined && message.schema.additionalProperties !== false;
}

const refusesOversize: ClientRule = {
  id: 'limits/client-refuses-oversize',
  role: 'client',
  level: 'SHOULD',
  sentence: 'A message larger than the server takes is not sent: its send fails, and the connection goes on.',
  cases: (_contract, channel) => {
    const { message: limit } = channel.limits;
    const message = textMessage(channel);
    if (limit === null || message === null) return [];
    return [
      caseAt(channel, limit, 'SHOULD', {
        stretch: 10,
        async run(kit) {
          const { client, connection } = await kit.ready();
          const sent = await client.send(message.key, { marker: 'x'.repeat(limit.bytes + 1) });
          if (sent.built.marker === null) throw new Error(`${message.key} has no free text.`);
          await kit.until(() => sent.settled !== null, kit.patienceMs);
          if (sent.settled?.ok !== false)
            throw new Failed('a failure', sent.settled === null ? 'nothing' : 'a success', { reason: 'sent' });
          await kit.clock.sleep(50);
          if (connection.ending !== null || connection.messages.some(({ text: one }) => one.length > limit.bytes))
            throw new Failed('nothing on the wire', 'the message', { reason: 'sent' });
        },
      }),
    ];
  },
};

export const validationRules: readonly ClientRule[] = [survives, unknownPropertiesIgnored, delivers, refusesOversize];
