// Messages that are none: not JSON, not an object, of no known type, without a type.
import { uniqueText } from '../../harness/messages.ts';
import { withValueAt } from '../../harness/pointer.ts';
import type { Kit } from '../../kit.ts';
import type { Fault } from './rejection.ts';
import { idIn } from './rejection.ts';
import { probeOf } from './scene.ts';

function malformed(name: string, text: string): Fault {
  return { name, text, id: null, key: null, level: 'MUST', pointer: null, condition: 'malformed' };
}

export function malformedTexts(): readonly Fault[] {
  const mark = uniqueText('x-');
  return [
    malformed('a text that is not JSON', `{"${mark}"`),
    malformed('an empty text', ''),
    malformed('a word without quotes', mark),
    malformed('a JSON array', `["${mark}"]`),
    malformed('an array with an object in it', `[{"a":"${mark}"}]`),
    malformed('JSON null', 'null'),
    malformed('a JSON string', `"${mark}"`),
    malformed('a JSON number', '4711'),
    malformed('JSON true', 'true'),
    malformed('JSON with a comma too many', `{"a":"${mark}",}`),
    malformed('two JSON objects', `{"a":"${mark}"}{"b":1}`),
  ];
}

/** A valid message of the channel, for all that is put in place of its type; an object without a type where the channel takes none. */
function carrier(kit: Kit): unknown {
  const message = probeOf(kit.channel) ?? kit.channel.clientMessages[0];
  return message === undefined ? {} : kit.message(message.key).value;
}

function typed(kit: Kit, name: string, type: unknown, condition: Fault['condition']): Fault {
  const pointer = kit.channel.envelope.discriminator ?? '';
  const value = withValueAt(carrier(kit), pointer, type);
  return {
    name,
    text: JSON.stringify(value),
    id: idIn(kit, value),
    key: null,
    level: 'MUST',
    pointer: condition === 'invalid' ? pointer : null,
    condition,
  };
}

/** Types that the channel does not take from a client; names that an object of JavaScript or Python has anyway among them. */
export function unknownTypes(kit: Kit): readonly Fault[] {
  const known = kit.channel.clientMessages.map((message) => message.type);
  const serverOnly = kit.channel.serverMessages.map((message) => message.type);
  const [first = ''] = known;
  const swapped = first === first.toLowerCase() ? first.toUpperCase() : first.toLowerCase();
  const candidates = [
    uniqueText('no-such-type-'),
    '',
    swapped,
    `${first} `,
    ...serverOnly.slice(0, 3),
    '__proto__',
    'constructor',
    'toString',
    '__init__',
    '__class__',
  ];
  return [...new Set(candidates)]
    .filter((type) => !known.includes(type))
    .map((type) => typed(kit, `the unknown type ${JSON.stringify(type)}`, type, 'unknown-type'));
}

/** A discriminator that is missing or no string. */
export function brokenTypes(kit: Kit): readonly Fault[] {
  const type = kit.channel.clientMessages[0]?.type ?? '';
  return [
    typed(kit, 'a message without a type', undefined, 'invalid'),
    typed(kit, 'a number for a type', 4711, 'invalid'),
    typed(kit, 'null for a type', null, 'invalid'),
    typed(kit, 'a list for a type', [type], 'invalid'),
    typed(kit, 'an object for a type', { type }, 'invalid'),
    typed(kit, 'true for a type', true, 'invalid'),
  ];
}
