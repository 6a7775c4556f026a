// Where a rule names a place in a message, the message's schema has it.
import type { Message, Pointer } from '../model.ts';
import { pointerTokens } from '../parse/pointer.ts';
import { type Definitions, schemasAt } from '../parse/schema-place.ts';
import { isRecord } from '../parse/value.ts';
import type { LintInput } from './lint.ts';
import { messageMentions } from './mentions.ts';

export function checkMessagePointers({ contract, report }: LintInput): void {
  const { definitions } = contract;
  for (const channel of contract.channels) {
    const sides = { client: channel.clientMessages, server: channel.serverMessages };
    for (const { key, side, places } of messageMentions(channel)) {
      const message: Message | undefined = sides[side].find((one) => one.key === key);
      if (message === undefined) continue;
      for (const { pointer, at } of places) {
        if (pointer === null || hasPlace(message, pointer, definitions)) continue;
        report('pointer-unresolved', at, unresolved(message, pointer, definitions));
      }
    }
    const { id, payload, timestamp, source } = channel.envelope;
    const all = [...channel.clientMessages, ...channel.serverMessages];
    for (const [name, pointer] of Object.entries({ id, payload, timestamp })) {
      if (pointer === null || all.length === 0 || all.some((message) => hasPlace(message, pointer, definitions)))
        continue;
      report('pointer-unresolved', `${source.pointer}/${name}`, {
        message: `No message of ${JSON.stringify(channel.name)} has ${pointer}.`,
        expected: 'a place that at least one payload schema has',
        found: pointer,
        fix: 'Mend the pointer, or add the property to the payloads.',
      });
    }
  }
}

/** A place below an object whose properties the schema leaves open counts as there. */
function hasPlace(message: Message, pointer: Pointer, definitions: Definitions): boolean {
  if (schemasAt(message.schema, pointer, definitions).length > 0) return true;
  const tokens = pointerTokens(pointer);
  for (let length = tokens.length - 1; length > 0; length -= 1) {
    const above = schemasAt(message.schema, `/${tokens.slice(0, length).join('/')}`, definitions);
    if (above.length > 0) return above.every((one) => !isRecord(one.properties) && one.additionalProperties !== false);
  }
  return false;
}

function unresolved(message: Message, pointer: Pointer, definitions: Definitions) {
  const parent = pointer.slice(0, pointer.lastIndexOf('/'));
  const names = schemasAt(message.schema, parent, definitions).flatMap((one) =>
    isRecord(one.properties) ? Object.keys(one.properties) : [],
  );
  return {
    message: `The message ${JSON.stringify(message.key)} has no ${pointer}.`,
    expected:
      names.length === 0
        ? 'a place that its payload schema has'
        : `one of ${[...new Set(names)].map((name) => `${parent}/${name}`).join(', ')}`,
    found: pointer,
    fix: 'Mend the pointer (it begins at the root of the message), or add the property to the payload.',
  };
}
