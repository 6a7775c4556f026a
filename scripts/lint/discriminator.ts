// Messages of a direction can be told apart: the discriminator is there, required, one constant text, and another in each.
import type { Channel, Message } from '../model.ts';
import { constantAt, type Definitions, isRequiredAt } from '../parse/schema-place.ts';
import type { LintInput } from './lint.ts';

export function checkDiscriminator({ contract, report, hasVocabulary }: LintInput): void {
  for (const channel of contract.channels) {
    for (const messages of [channel.clientMessages, channel.serverMessages]) {
      if (channel.envelope.discriminator === null) requireDiscriminator(channel, messages, report);
      else checkSide(channel.envelope.discriminator, messages, contract.definitions, report, hasVocabulary);
    }
  }
}

function requireDiscriminator(channel: Channel, messages: readonly Message[], report: LintInput['report']): void {
  if (messages.length < 2) return;
  report('discriminator-missing', channel.source.pointer, {
    message: `The channel ${JSON.stringify(channel.name)} does not say which property tells its messages apart.`,
    expected: 'x-ws-envelope: { discriminator: /type }, or a property that is a const in every message',
    found: `${messages.length} messages of one direction: ${messages.map(({ key }) => key).join(', ')}`,
    fix: 'Give each payload a property like type: { const: NAME }, required.',
  });
}

function checkSide(
  pointer: string,
  messages: readonly Message[],
  definitions: Definitions,
  report: LintInput['report'],
  isStated: boolean,
): void {
  const first = new Map<string, Message>();
  for (const message of messages) {
    const at = `${message.source.pointer}/payload`;
    const constant = constantAt(message.schema, pointer, definitions);
    if (constant === null || typeof constant.value !== 'string') {
      report(constant === null ? 'discriminator-not-constant' : 'discriminator-not-text', at, {
        message: `The discriminator ${pointer} of ${JSON.stringify(message.key)} is not one constant text.`,
        expected: 'const: NAME, or an enum of one text',
        found: constant === null ? 'no const' : JSON.stringify(constant.value),
        fix: `Add a const at ${pointer}.`,
      });
      continue;
    }
    if (!isRequiredAt(message.schema, pointer, definitions)) {
      report('discriminator-optional', at, {
        // Where nobody said that this property tells messages apart, it is a guess that works.
        ...(isStated ? {} : { severity: 'info' }),
        message: `The discriminator ${pointer} of ${JSON.stringify(message.key)} may be absent.`,
        expected: 'the property among required',
        fix: `Add it to required.`,
      });
    }
    const other = first.get(constant.value);
    if (other === undefined) first.set(constant.value, message);
    else {
      report('discriminator-twice', at, {
        message: `${JSON.stringify(other.key)} and ${JSON.stringify(message.key)} have the same discriminator in one direction.`,
        expected: 'a value of its own for each message of a direction',
        found: JSON.stringify(constant.value),
        fix: 'Change one of them, or make them one message.',
      });
    }
  }
}
