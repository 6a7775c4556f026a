import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { dispatch, type ValidatorTable } from 'wirepact/validation';
import type { ArenaChannel, ArenaClientMessage, ArenaServerMap } from '../generated/channels/arena/index.ts';
import type { TabletopChannel, TabletopClientMap } from '../generated/channels/tabletop/index.ts';
import * as channels from '../generated/index.ts';

type Tables = { readonly client: ValidatorTable<object>; readonly server: ValidatorTable<object> };
type Message = { readonly type: string; readonly examples: readonly { readonly payload: object }[] };

const model = JSON.parse(readFileSync(new URL('../generated/model.json', import.meta.url), 'utf8')) as {
  channels: {
    name: string;
    envelope: { discriminator: string };
    clientMessages: Message[];
    serverMessages: Message[];
  }[];
};

const namespaces: { readonly [name: string]: { readonly validators: Tables } } = channels;

const cases = model.channels.flatMap(({ name, envelope, clientMessages, serverMessages }) => {
  const tables = namespaces[name]?.validators;
  if (tables === undefined) throw new Error(`generated/index.ts exports no channel ${name}.`);
  const discriminator = envelope.discriminator.slice(1);
  const of = (table: ValidatorTable<object>, messages: Message[]) =>
    messages.map((message) => ({ label: `${name} ${message.type}`, discriminator, table, message }));
  return [...of(tables.client, clientMessages), ...of(tables.server, serverMessages)];
});

test.each(cases)('$label: every example is valid', ({ discriminator, table, message }) => {
  expect(message.examples.length).toBeGreaterThan(0);
  for (const { payload } of message.examples) {
    expect(dispatch(table, [discriminator], payload)).toEqual({ kind: 'valid', type: message.type, value: payload });
  }
});

test.each(cases)('$label: the discriminator is required, and decides', ({ discriminator, table, message }) => {
  const [example] = message.examples;
  const { [discriminator]: _type, ...rest } = { ...example?.payload } as { [name: string]: unknown };
  expect(dispatch(table, [discriminator], rest)).toMatchObject({ issues: [{ pointer: `/${discriminator}` }] });
  const unknown = { ...rest, [discriminator]: `${message.type}?` };
  expect(dispatch(table, [discriminator], unknown)).toMatchObject({ kind: 'unknown-type' });
});

test('what the contract does not declare is not compiled', () => {
  const messages: ArenaClientMessage[] = [
    { type: 'JOIN_ROOM', roomId: 'lobby' },
    // @ts-expect-error: an undeclared message
    { type: 'QUIT' },
    // @ts-expect-error: a property is missing
    { type: 'JOIN_ROOM' },
    // @ts-expect-error: a value of the wrong type
    { type: 'CHAT', text: 1 },
    // @ts-expect-error: a misspelt property
    { type: 'RESYNC', lastSequence: 1 },
    // @ts-expect-error: only the server sends it
    { type: 'PONG' },
  ];
  const turn: TabletopClientMap['turn_change'] = {
    event: 'turn_change',
    // @ts-expect-error: a value of the wrong type, two levels down
    data: { turn: { current_character_name: null } },
  };
  const delivery: ArenaChannel['delivery']['PONG'] = 'direct';
  // @ts-expect-error: a direct message is not for the room
  const wrongDelivery: ArenaChannel['delivery']['PONG'] = 'room';
  const sequenced: ArenaChannel['sequenced'] = 'SCORE_UPDATE';
  // @ts-expect-error: a snapshot uses no number
  const unsequenced: ArenaChannel['sequenced'] = 'STATE_SNAPSHOT';
  const reply: ArenaServerMap[ArenaChannel['replies']['PING']] = { type: 'PONG' };
  // @ts-expect-error: nothing answers it
  type NoReply = TabletopChannel['replies']['chat_message'];
  const none: NoReply | null = null;
  expect([messages.length, turn.event, delivery, wrongDelivery, sequenced, unsequenced, reply.type, none]).toHaveLength(
    8,
  );
});
