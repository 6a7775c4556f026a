// One client with its server, page and clock all fakes, and everything that it does and tells as text.
import { Responder } from '../conformance/client/responder.ts';
import { ServerMessages } from '../conformance/client/server-messages.ts';
import { MessageBuilder } from '../conformance/harness/messages.ts';
import { withValueAt } from '../conformance/harness/pointer.ts';
import type { Schemas } from '../conformance/harness/schemas.ts';
import { boundedTable } from '../examples/adapters/faulty/bounded.ts';
import { channels } from '../examples/adapters/generated-client.ts';
import { type ClientFault, type Face, type Given, withFault } from '../faults/client/index.ts';
import type { ClientTable, Message } from '../runtime/client/index.ts';
import {
  createFakeClock,
  createFakeEnvironment,
  createFakeServer,
  type FakeConnection,
} from '../runtime/testing/index.ts';
import type { Channel, ClientMessage } from '../scripts/model.ts';

/** The generated client of a channel, and its table, with a bound of the queue by bytes. */
export const generatedOf = ({ name }: Channel) => {
  const made: Readonly<Record<string, unknown>> = channels[name as keyof typeof channels];
  const table = boundedTable(made[`${name}Table`] as ClientTable);
  return { table, make: made[`${name}Client`] as (options: object) => Face };
};

/** What is made up anew in each run, by the order in which it first comes. */
export function withoutChance(text: string): string {
  const names = new Map<string, string>();
  const made =
    /[\w-]*[0-9a-f]{8}-[0-9a-f-]{20,}|\b[a-z]-[0-9a-f]{6,}|\d{4}-\d\d-\d\dT[\d:.]+Z|\b\d{7,}(\.\d+)?\b|\b[0-9a-z]+\.[0-9a-z]{6,}\b/g;
  return text.replace(made, (one) => {
    if (!names.has(one)) names.set(one, `#${names.size}`);
    return names.get(one) as string;
  });
}

/** One client of a channel on fakes, and everything that it does and tells, a line each with the time. */
export class Story {
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

  constructor(schemas: Schemas, channel: Channel, fault: ClientFault | null) {
    const { table, make } = generatedOf(channel);
    this.channel = channel;
    const room = channel.room?.parameter == null ? null : 'a';
    this.messages = new ServerMessages(channel, schemas, room);
    this.responder = new Responder(channel, this.messages);
    this.builder = new MessageBuilder(channel, schemas);
    const tell = (connection: FakeConnection) => ({ send: async (text: string) => connection.sendRaw(text) });
    this.server = createFakeServer(table, {
      clock: this.clock,
      onOpen: (connection) => this.responder.greet(tell(connection)),
      onMessage: (connection, value) => this.#answer(connection, value),
    });
    const { WebSocket } = this.server;
    const note = (line: string) => this.note(line);
    class Noted extends WebSocket {
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
      WebSocket: Noted,
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
      override: { queue: table.queue },
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
