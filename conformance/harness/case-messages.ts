// What one case sends and expects: messages built from the contract, and what the contract says that they cause.
import type { Channel, ClientMessage, ServerMessage } from '../../scripts/model.ts';
import { CaseActors, type Cast } from './case-actors.ts';
import { type Expectation, type Expected, expectation } from './expected.ts';
import { type BuildOptions, type Built, MessageBuilder } from './messages.ts';
import { type Mutation, mutationsOf } from './mutations.ts';
import type { Session } from './session.ts';

export class CaseMessages extends CaseActors {
  protected readonly builder: MessageBuilder;

  protected constructor(session: Session, channel: Channel, cast: Cast) {
    super(session, channel, cast);
    this.builder = new MessageBuilder(channel, session.schemas, (message, room) => this.nameIn(message, room));
  }

  /** What the message has to name in that room, and where; null: nothing in particular. */
  protected nameIn(_message: ClientMessage, _room: string | null): readonly [place: string, value: unknown] | null {
    return null;
  }

  referencePlace(key: string): string | null {
    return this.session.references.of(this.channel, key)?.place ?? null;
  }

  message(key: string, options: BuildOptions = {}): Built {
    return this.builder.build(this.clientMessage(key), options, this.rooms[0] ?? null);
  }

  mutations(key: string, options: BuildOptions = {}): readonly Mutation[] {
    const { discriminator } = this.channel.envelope;
    return mutationsOf(this.clientMessage(key), this.message(key, options), discriminator, this.session.schemas);
  }

  expected(serverKey: string, cause: Expected): Expectation {
    const message = this.serverMessage(serverKey);
    return expectation(message, cause, (value) => this.session.schemas.issues(message.schema, value));
  }

  clientMessage(key: string): ClientMessage {
    const found = this.channel.clientMessages.find((message) => message.key === key);
    if (found === undefined) throw new Error(`Channel ${this.channel.name} has no client message ${key}.`);
    return found;
  }

  serverMessage(key: string): ServerMessage {
    const found = this.channel.serverMessages.find((message) => message.key === key);
    if (found === undefined) throw new Error(`Channel ${this.channel.name} has no server message ${key}.`);
    return found;
  }

  schemaIssues(serverKey: string, value: unknown): string {
    const issues = this.session.schemas.issues(this.serverMessage(serverKey).schema, value);
    return issues
      .filter(({ level }) => level === 'MUST')
      .map(({ message }) => message)
      .join('; ');
  }

  schemaAccepts(built: Built): boolean {
    return this.session.schemas.accepts(this.clientMessage(built.key).schema, built.value);
  }

  effectsOf(clientKey: string): readonly ServerMessage[] {
    return this.channel.serverMessages.filter((message) =>
      message.triggers.some((trigger) => trigger.on === 'message' && trigger.message === clientKey),
    );
  }
}
