import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Responder } from '../../conformance/client/responder.ts';
import { ServerMessages } from '../../conformance/client/server-messages.ts';
import type { Connection } from '../../conformance/harness/connection.ts';
import { MessageBuilder } from '../../conformance/harness/messages.ts';
import { withValueAt } from '../../conformance/harness/pointer.ts';
import { Schemas } from '../../conformance/harness/schemas.ts';
import { channels } from '../../examples/adapters/generated-client.ts';
import type { ClientTable, Message } from '../../runtime/client/index.ts';
import {
  createFakeClock,
  createFakeEnvironment,
  createFakeServer,
  type FakeConnection,
} from '../../runtime/testing/index.ts';
import type { Channel, ClientMessage, Contract } from '../../scripts/model.ts';
import { type ClientFault, clientFaults, type Face, type Given, withFault } from './index.ts';

// What a client with the fault does and tells over one long story, and what one without does, told apart by comparing two
// texts: this test knows nothing of the suite's rules. Clock, server and page are fakes, so that nothing is left to chance.

const contract: Contract = JSON.parse(readFileSync(new URL('../../generated/model.json', import.meta.url), 'utf8'));
const schemas = new Schemas(contract);

type Made = Record<string, ClientTable & ((options: object) => Face)>;
const generatedOf = ({ name }: Channel) => {
  const made = (channels as unknown as Record<string, Made>)[name] as Made;
  return { table: made[`${name}Table`] as ClientTable, make: made[`${name}Client`] as (options: object) => Face };
};

/** What is made up anew in each run, by the order in which it first comes. */
function withoutChance(text: string): string {
  const names = new Map<string, string>();
  const made =
    /[\w-]*[0-9a-f]{8}-[0-9a-f-]{20,}|\b[a-z]-[0-9a-f]{6,}|\d{4}-\d\d-\d\dT[\d:.]+Z|\b\d{7,}(\.\d+)?\b|\b[0-9a-z]+\.[0-9a-z]{6,}\b/g;
  return text.replace(made, (one) => {
    if (!names.has(one)) names.set(one, `#${names.size}`);
    return names.get(one) as string;
  });
}

class Story {
  readonly lines: string[] = [];
  readonly clock = createFakeClock();
  readonly page = createFakeEnvironment();
  readonly channel: Channel;
  readonly messages: ServerMessages;
  readonly responder: Responder;
  readonly builder: MessageBuilder;
  readonly face: Face;
  readonly server: ReturnType<typeof createFakeServer>;
  readonly #from = this.clock.now();
  answers: (type: unknown) => boolean = () => true;
  token: () => Promise<string>;

  constructor(channel: Channel, fault: ClientFault | null) {
    const { table, make } = generatedOf(channel);
    this.channel = channel;
    const room = channel.room?.parameter == null ? null : 'a';
    this.messages = new ServerMessages(channel, schemas, room);
    this.responder = new Responder(channel, this.messages);
    this.builder = new MessageBuilder(channel, schemas);
    const tell = (connection: FakeConnection) =>
      ({ send: async (text: string) => connection.sendRaw(text) }) as unknown as Connection;
    this.server = createFakeServer(table, {
      clock: this.clock,
      onOpen: (connection) => this.responder.greet(tell(connection)),
      onMessage: (connection, value) => this.#answer(connection, value),
    });
    const { WebSocket } = this.server;
    const note = (line: string) => this.note(line);
    class Noted extends (WebSocket as new (url: string) => { send(data: string): void; close(code?: number): void }) {
      constructor(url: string, ...more: readonly unknown[]) {
        super(url);
        note(`open ${url} ${JSON.stringify(more)}`);
      }
      override send(data: string): void {
        note(`write ${typeof data === 'string' ? data : 'bytes'}`);
        if (typeof data === 'string') super.send(data);
      }
      override close(code?: number): void {
        note(`close ${code}`);
        super.close(code);
      }
    }
    let tokens = 0;
    this.token = () => {
      tokens += 1;
      const own = tokens;
      return new Promise((resolve) => this.clock.setTimeout(() => resolve(`token-${own}`), 5));
    };
    let drawn = 0;
    const given: Given = {
      WebSocket: Noted as unknown as Given['WebSocket'],
      clock: this.clock,
      random: () => {
        drawn = (drawn * 1103515245 + 12345) % 2 ** 31;
        return drawn / 2 ** 31;
      },
      token: () => {
        note('token asked');
        return this.token();
      },
      environment: this.page,
    };
    const parameters = Object.fromEntries(channel.parameters.map(({ name }) => [name, 'a']));
    const open = (own: Given) => make({ ...own, url: 'http://localhost/base', parameters, pauseWhenHidden: true });
    this.face = fault === null ? open(given) : withFault(fault, table, given, open);
    this.face.onAny((message) => note(`message ${JSON.stringify(message)}`));
    this.face.onReport((report) => note(`report ${JSON.stringify(report).slice(0, 300)}`));
    this.face.subscribe(() => note(`state ${JSON.stringify(this.face.state)}`));
  }

  note(line: string): void {
    this.lines.push(`${((this.clock.now() - this.#from) / 1000).toFixed(3)} ${line.slice(0, 400)}`);
  }

  async pass(ms: number): Promise<void> {
    await this.clock.advance(ms);
  }

  #answer(connection: FakeConnection, value: Message): void {
    const message = this.channel.clientMessages.find(({ type }) => Object.values(value).includes(type));
    if (message === undefined || !this.answers(message.type)) return;
    for (const answer of this.responder.answersTo(message, value)) connection.sendRaw(answer.text);
  }

  send(message: ClientMessage, isRequest: boolean, over: Readonly<Record<string, unknown>> = {}): void {
    const { value } = this.builder.build(message, { id: null, with: over }, 'a');
    const {
      [this.channel.envelope.discriminator?.slice(1) ?? '']: _,
      id: _id,
      timestamp: _at,
      ...fields
    } = value as Record<string, unknown>;
    const sent = isRequest ? this.face.request(message.type, fields) : this.face.send(message.type, fields);
    sent.then(
      (reply) => this.note(`settled ${message.type} ${JSON.stringify(reply)}`),
      (error: { code?: string }) => this.note(`failed ${message.type} ${error.code}`),
    );
  }

  sendAll(): void {
    for (const message of this.channel.clientMessages)
      this.send(message, message.reply !== null && message.request !== null);
  }

  updates(numbers: readonly number[]): void {
    if (this.channel.resync === null) return;
    for (const number of [...numbers].sort((a, b) => a - b)) this.responder.update(number);
    for (const number of numbers) this.server.latest.sendRaw(this.responder.update(number).text);
  }

  /** One message under many numbers. */
  flood(from: number, count: number): void {
    if (this.channel.resync === null) return;
    const { value } = this.responder.update(from);
    for (let number = from; number < from + count; number += 1)
      this.server.latest.sendRaw(JSON.stringify(withValueAt(value, this.channel.resync.sequence, number)));
    this.responder.head = from + count;
  }
}

/** Everything that can happen to a client, in one order. */
async function tell(channel: Channel, fault: ClientFault | null): Promise<string> {
  const story = new Story(channel, fault);
  const { face, server, page } = story;
  const plain = story.token;
  const requests = channel.clientMessages.filter(({ reply, request }) => reply !== null && request !== null);
  // A first token that comes too late, one that never comes, one that fails.
  const late: ((token: string) => void)[] = [];
  const hanging = () => new Promise<string>((resolve) => late.push(resolve));
  const comeLate = () => {
    for (const resolve of late.splice(0)) resolve('late');
  };
  story.token = hanging;
  face.connect();
  await story.pass(100);
  face.close();
  await story.pass(10);
  comeLate();
  await story.pass(100);
  face.connect();
  story.sendAll();
  await story.pass(12_000);
  face.close();
  await story.pass(100);
  comeLate();
  await story.pass(20_000);
  story.token = () => Promise.reject(new Error('no token'));
  face.connect();
  await story.pass(3000);
  story.token = plain;
  await story.pass(60_000);
  if (server.connections.length === 0) return withoutChance(story.lines.join('\n'));
  // Connected: everything once, and everything that is no message.
  face.connect();
  story.sendAll();
  await story.pass(3000);
  for (const message of channel.serverMessages) server.latest.sendRaw(story.messages.build(message.key).text);
  for (const frame of ['{"not', '[]', '{"no":1}', '{"type":"x","event":"x"}', new ArrayBuffer(4)])
    server.latest.sendRaw(frame);
  story.sendAll();
  const big = channel.clientMessages.find(({ reply }) => reply === null);
  if (big !== undefined) story.send(big, false, { '/much': 'x'.repeat(70_000) });
  await story.pass(2000);
  // Replies in another order, a stranger's, errors, none at all.
  story.answers = () => false;
  for (const message of requests) for (let n = 0; n < 3; n += 1) story.send(message, true);
  await story.pass(50);
  const asked = server.latest.received.slice(-3) as readonly Message[];
  for (const value of [...asked].reverse()) {
    const message = requests.find(({ type }) => value.type === type);
    if (message === undefined) continue;
    server.latest.sendRaw(story.responder.reply(message, { ...value, id: 'stranger' }).text);
    server.latest.sendRaw(story.responder.reply(message, value).text);
    await story.pass(5);
  }
  for (const { key } of channel.clientMessages.filter(({ idempotent }) => idempotent !== null)) {
    story.send(channel.clientMessages.find((one) => one.key === key) as ClientMessage, false);
    await story.pass(10);
    const { id } = server.latest.received.at(-1) as Message;
    const { error } = channel;
    if (error?.id != null)
      server.latest.sendRaw(story.messages.build(error.message, { with: { [error.id]: id } }).text);
  }
  await story.pass(20_000);
  // What is sent again, and known already; what never comes back; a token that comes when its attempt is over.
  for (const message of channel.clientMessages.filter(({ idempotent }) => idempotent !== null)) {
    story.send(message, false);
    await story.pass(10);
    story.responder.answersTo(message, server.latest.received.at(-1));
    story.answers = () => true;
    server.latest.close(1011);
    await story.pass(5000);
    story.answers = () => false;
    story.send(message, false);
    await story.pass(70_000);
  }
  story.answers = () => true;
  story.token = hanging;
  server.latest.close(1011);
  await story.pass(5000);
  story.token = plain;
  await story.pass(20_000);
  comeLate();
  await story.pass(5000);
  // A numbered sequence with repeats, holes, and more than may be held back.
  story.updates([1, 3, 2, 2, 5, 5, 4, 7]);
  await story.pass(8000);
  story.responder.log.delete(9);
  story.updates([10, 11]);
  story.responder.log.delete(9);
  await story.pass(30_000);
  story.flood(13, 1300);
  await story.pass(60_000);
  story.flood(1330, 800);
  await story.pass(60_000);
  // Rooms, and a loss with requests under way; a new beginning.
  const joins = channel.clientMessages.filter(({ key }) =>
    [channel.room?.join?.message, channel.room?.leave?.message].includes(key),
  );
  for (const message of joins) {
    const place = (message.key === channel.room?.join?.message ? channel.room?.join : channel.room?.leave)?.room;
    if (place != null && message.request !== null) story.send(message, true, { [place]: 'other' });
    await story.pass(100);
  }
  story.answers = () => false;
  story.sendAll();
  await story.pass(50);
  server.latest.close(1011);
  for (let n = 0; channel.resync !== null && n < 7; n += 1) story.responder.update(story.responder.head + 1);
  story.answers = () => true;
  await story.pass(20_000);
  story.answers = (type) =>
    type !== channel.clientMessages.find(({ key }) => key === channel.resync?.request.message)?.type;
  server.latest.close(1011);
  await story.pass(20_000);
  if (channel.resync?.snapshot != null) server.latest.sendRaw(story.responder.snapshot(5000).text);
  story.answers = () => true;
  story.responder.log.clear();
  story.responder.head = 0;
  server.latest.close(1011);
  await story.pass(100_000);
  // Hearts that stop, and one that goes on by other messages.
  server.beats = false;
  for (let n = 0; n < 12; n += 1) {
    const other = channel.serverMessages.find(({ delivery }) => delivery?.to !== 'direct');
    if (other !== undefined) server.latest.sendRaw(story.messages.build(other.key).text);
    await story.pass(4000);
  }
  const old = server.latest;
  const stop = old.received.length;
  await story.pass(90_000);
  old.sendRaw(story.messages.build(channel.serverMessages[0]!.key).text);
  story.note(`heard ${old.received.length - stop}`);
  server.beats = true;
  await story.pass(90_000);
  server.tellsClose = false;
  server.latest.cut();
  await story.pass(200_000);
  server.tellsClose = true;
  await story.pass(100_000);
  face.close();
  await story.pass(2000);
  face.connect();
  await story.pass(20_000);
  // The page: offline, online, hidden, visible, in both states.
  for (const events of [['offline'], ['online'], ['hidden', 'visible']] as const) {
    for (const event of events) page.fire(event);
    await story.pass(5000);
  }
  server.handshake = 'refuse';
  server.latest.close(1011);
  await story.pass(4000);
  for (const event of ['offline', 'online', 'hidden', 'visible'] as const) {
    page.fire(event);
    await story.pass(event === 'offline' ? 70_000 : 700);
  }
  // What waits: too many, too old; and attempts until they are used up.
  const waiting = channel.clientMessages.filter(({ reply }) => reply === null);
  for (let n = 0; n < 130; n += 1) for (const message of waiting.slice(0, 1)) story.send(message, false);
  story.sendAll();
  face.connect();
  await story.pass(40_000);
  story.sendAll();
  await story.pass(40_000);
  server.handshake = 'accept';
  await story.pass(60_000);
  face.connect();
  await story.pass(15_000);
  server.handshake = 'refuse';
  server.latest.close(1011);
  await story.pass(900_000);
  server.handshake = 'hang';
  face.connect();
  await story.pass(30_000);
  face.close();
  server.handshake = 'accept';
  face.connect();
  story.sendAll();
  await story.pass(8);
  server.connections.at(-1)?.close(4001);
  await story.pass(20_000);
  // Every code, twice in a row, before and after a connection was stable.
  for (const { code } of channel.closeCodes) {
    for (const stableMs of [1500, 11_000]) {
      face.connect();
      await story.pass(stableMs);
      for (let n = 0; n < 2; n += 1) {
        server.latest.close(code === 'other' ? 4999 : code);
        await story.pass(9000);
      }
    }
  }
  // Flapping, connect() and close() at odd moments.
  face.connect();
  await story.pass(30_000);
  for (let n = 0; n < 6; n += 1) {
    server.latest.close(1011);
    await story.pass(6000);
  }
  face.connect();
  face.connect();
  server.latest.close(1011);
  await story.pass(5);
  face.connect();
  await story.pass(2000);
  face.connect();
  server.latest.close(1011);
  await story.pass(5);
  face.close();
  await story.pass(60_000);
  face.connect();
  await story.pass(2000);
  face.close();
  await story.pass(60_000);
  return withoutChance(story.lines.join('\n'));
}

const stories = new Map<string, string>();

beforeAll(async () => {
  // Timestamps that are made up are all the same.
  vi.useFakeTimers({ toFake: ['Date'], now: 0 });
  for (const channel of contract.channels) stories.set(channel.name, await tell(channel, null));
});

afterAll(() => void vi.useRealTimers());

it('tells the same story twice of a client without a fault', async () => {
  for (const channel of contract.channels) {
    const again = await tell(channel, null);
    expect(again.split('\n').length).toBeGreaterThan(100);
    const first = (stories.get(channel.name) as string).split('\n');
    expect(again.split('\n').find((line, index) => line !== first[index])).toBeUndefined();
  }
});

describe('a client with the fault behaves otherwise', () => {
  for (const fault of clientFaults) {
    it(fault.id, async () => {
      const places = contract.channels.filter((channel) => fault.appliesTo(generatedOf(channel).table));
      expect(places).not.toEqual([]);
      const isSame: string[] = [];
      for (const channel of places.reverse()) {
        if ((await tell(channel, fault)) !== stories.get(channel.name)) return;
        isSame.push(channel.name);
      }
      expect(isSame).toEqual('another story');
    });
  }
});
