// Emits `types.ts` of a channel: the types of its messages, unions and maps of them, and the interface over which its
// client and server are generic.
import type { Channel, Contract, Message, ServerMessage } from '../model.ts';
import { printWithModelina } from './modelina.ts';
import { channelFolder, channelPrefix, type TypeNames } from './names.ts';
import { createPrinter, header, literal, type Printer, propertyName } from './printer.ts';
import { remembered } from './remembered.ts';
import {
  type ChannelDefinitions,
  channelDefinitions,
  type PrintableDefinition,
  type TypeDefinition,
} from './type-definitions.ts';

const DELIVERY_WORDS = ['direct', 'room', 'others', 'other-users', 'user', 'everyone'];

export async function emitTypes(contract: Contract): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (const channel of contract.channels) {
    const prefix = channelPrefix(contract, channel);
    const gathered = channelDefinitions(contract, channel, prefix);
    files.set(`${channelFolder(contract, channel)}/types.ts`, await printTypes(contract, channel, prefix, gathered));
  }
  return files;
}

const print = remembered(printWithModelina);

async function printTypes(
  contract: Contract,
  channel: Channel,
  prefix: string,
  { names, definitions }: ChannelDefinitions,
): Promise<string> {
  const out = createPrinter();
  out.line(header(contract));
  const printed = await print(definitions.filter(isPrintable));
  for (const definition of definitions) {
    out.line();
    out.doc(definition.description);
    const text = isPrintable(definition) ? printed.get(definition.name) : aliasText(definition);
    if (text === undefined) throw new Error(`No type was printed for ${definition.name} of channel ${channel.name}.`);
    out.line(text);
  }
  const client = rows(channel.clientMessages, names);
  const server = rows(channel.serverMessages, names);
  printDirection(out, `${prefix}Client`, 'that a client sends', client);
  printDirection(out, `${prefix}Server`, 'that the server sends', server);
  printChannel(out, channel, prefix);
  return out.toString();
}

interface Row {
  /** Value of the discriminator. */
  readonly type: string;
  readonly name: string;
  readonly doc: string | undefined;
}

function rows(messages: readonly Message[], names: TypeNames): Row[] {
  return messages.map((message) => ({
    type: message.type,
    name: names.messages.get(message) ?? message.name,
    doc: message.summary ?? message.title,
  }));
}

/** Modelina prints what has properties or values. */
function isPrintable(definition: TypeDefinition): definition is PrintableDefinition {
  return definition.kind === 'enum' || (definition.kind === 'interface' && definition.properties.length > 0);
}

function aliasText(definition: TypeDefinition): string {
  return definition.kind === 'alias'
    ? `export type ${definition.name} = ${definition.type};`
    : `export interface ${definition.name} {}`;
}

/** Union, map and table of types of one direction. */
function printDirection(out: Printer, prefix: string, what: string, messages: readonly Row[]): void {
  out.line();
  out.doc(`Messages ${what}, by type.`);
  out.block(`export interface ${prefix}Map {`, '}', () => {
    for (const { type, name, doc } of messages) {
      out.doc(doc);
      out.line(`${propertyName(type)}: ${name};`);
    }
  });
  out.line();
  out.doc(`A message ${what}.`);
  const union = [...new Set(messages.map(({ name }) => name))];
  out.line(`export type ${prefix}Message = ${union.length === 0 ? 'never' : union.join(' | ')};`);
  out.line();
  out.doc(`Types of the messages ${what}.`);
  out.block(`export const ${prefix}Type = {`, '} as const;', () => {
    for (const { type, doc } of messages) {
      out.doc(doc);
      out.line(`${propertyName(type)}: ${literal(type)},`);
    }
  });
  out.line();
  out.doc(`Type of a message ${what}.`);
  out.line(`export type ${prefix}Type = keyof ${prefix}Map;`);
}

function printChannel(out: Printer, channel: Channel, prefix: string): void {
  const typesOf = (keys: readonly string[]): string => {
    const types = keys.flatMap((key) => channel.serverMessages.find((message) => message.key === key)?.type ?? []);
    return types.length === 0 ? 'never' : [...new Set(types)].map(literal).join(' | ');
  };
  out.line();
  out.doc(channel.description ?? channel.title ?? `The channel ${channel.name}.`);
  out.block(`export interface ${prefix}Channel {`, '}', () => {
    out.line(`readonly parameters: ${prefix}Parameters;`);
    out.line(`readonly query: ${prefix}Query;`);
    out.line(`readonly client: ${prefix}ClientMap;`);
    out.line(`readonly server: ${prefix}ServerMap;`);
    out.doc('Who receives each server message.');
    out.block('readonly delivery: {', '};', () => {
      for (const message of channel.serverMessages)
        out.line(`${propertyName(message.type)}: ${deliveryType(message)};`);
    });
    out.doc('Types of the server messages that answer each request.');
    out.block('readonly replies: {', '};', () => {
      for (const message of channel.clientMessages) {
        if (message.reply === null) continue;
        out.line(`${propertyName(message.type)}: ${typesOf(message.reply.messages)};`);
      }
    });
    out.doc('Types of the server messages that carry a sequence number.');
    out.line(`readonly sequenced: ${typesOf(channel.resync?.messages ?? [])};`);
  });
}

function deliveryType(message: ServerMessage): string {
  return message.delivery === null ? DELIVERY_WORDS.map(literal).join(' | ') : literal(message.delivery.to);
}
