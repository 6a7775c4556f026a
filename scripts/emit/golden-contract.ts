// A contract made of traps: names, texts and schemas that have made generators print wrong or dangerous code.
import type { Contract, JsonSchema } from '../model.ts';
import { channel, clientMessage, contract, flat, serverMessage } from './fixture.ts';

/** Text that tries to leave every kind of quoting. */
export const HOSTILE =
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it must stay text in generated templates too
  '*/ throw 1 /* \' " ` \\ ${globalThis.hacked = 1} \u2028 \u2029 </script><script>alert(1)</script> \n// @ts-ignore\n\0 --> <!--';

const text: JsonSchema = { type: 'string' };

/** Schemas by name, as in the table of definitions. */
const definitions: { [name: string]: JsonSchema } = {
  Error: { type: 'object', description: HOSTILE, properties: { code: text }, required: ['code'] },
  Status: { type: ['string', 'null'], enum: ['on', 'off', null] },
  History: { type: 'array', items: { $ref: '#/definitions/Tree' } },
  Tree: {
    type: 'object',
    properties: { value: text, children: { type: 'array', items: { $ref: '#/definitions/Tree' } } },
    required: ['children'],
  },
  Json: {
    anyOf: [
      { type: ['string', 'number', 'boolean', 'null'] },
      { type: 'array', items: { $ref: '#/definitions/Json' } },
      { type: 'object', additionalProperties: { $ref: '#/definitions/Json' } },
    ],
  },
  Mixed: { enum: ['a', 1, true, false, null, HOSTILE] },
  // The same name as the interface of the inline object `data` of the message Echo.
  EchoData: { type: 'object', properties: { other: { type: 'integer' } } },
  '../../escape': { type: 'object', properties: { up: text } },
  constructor: { type: 'object', properties: { built: { type: 'boolean' } }, required: ['built'] },
};

const ref = (name: string): JsonSchema => ({ $ref: `#/definitions/${name.replaceAll('/', '~1')}` });

const everything: JsonSchema = {
  ...flat(
    'EVERYTHING',
    {
      'reply-to': { ...text, description: HOSTILE },
      'quote\'"`\\': text,
      __proto__x: text,
      [HOSTILE]: text,
      additionalProperties: text,
      answer: { const: 42 },
      yes: { const: true },
      nothing: { const: null },
      word: { const: HOSTILE },
      status: ref('Status'),
      mixed: ref('Mixed'),
      error: ref('Error'),
      history: ref('History'),
      json: ref('Json'),
      escape: ref('../../escape'),
      built: ref('constructor'),
      scores: { type: 'object', additionalProperties: { type: 'number' } },
      open: { type: 'object', properties: { id: text }, required: ['id'], additionalProperties: {} },
      maybe: { type: ['object', 'null'], properties: { id: text } },
      list: { type: 'array', items: { type: ['string', 'null'] } },
      tuple: { type: 'array', items: [text, { type: 'integer' }], minItems: 2, additionalItems: false },
      both: { allOf: [ref('Error'), { type: 'object', properties: { more: text }, required: ['more'] }] },
      pattern: { ...text, pattern: '^[^"\\\\\']*$' },
      at: { ...text, format: 'date-time' },
      short: { ...text, minLength: 2, maxLength: 3 },
      set: { type: 'array', items: {}, uniqueItems: true },
      hinted: { ...text, maxLength: 2, 'x-ws-should': ['maxLength'] },
      unknownFormat: { ...text, format: 'nobody-knows' },
    },
    ['reply-to'],
  ),
  description: HOSTILE,
};
Object.defineProperty(everything.properties, '__proto__', { value: text, enumerable: true });

const choice: JsonSchema = {
  ...flat('CHOICE', { a: { type: 'integer', minimum: 0 }, b: text, c: { anyOf: [{ type: 'number' }, text] } }),
  anyOf: [{ required: ['a'] }, { required: ['b'] }],
};

const echo = flat('ECHO', { data: { type: 'object', properties: { inner: text } }, other: ref('EchoData') }, ['data']);

export function goldenContract(): Contract {
  const reply = { level: 'MUST', source: { pointer: '', line: 1 }, messages: ['Echo'], correlation: null } as const;
  const traps = channel('traps', {
    description: HOSTILE,
    parameters: [{ level: 'MUST', source: reply.source, name: 'room-id', schema: text, description: HOSTILE }],
    query: [
      { level: 'MUST', source: reply.source, name: 'character_id', required: false, schema: { type: 'integer' } },
    ],
    closeCodes: [
      {
        level: 'MUST',
        source: reply.source,
        code: 4001,
        name: '__proto__',
        sentBy: 'server',
        when: ['auth'],
        client: 'stop',
        description: HOSTILE,
      },
      { level: 'MUST', source: reply.source, code: 'other', name: HOSTILE, sentBy: 'both', when: [], client: 'retry' },
    ],
    clientMessages: [
      clientMessage('EVERYTHING', 'Everything', everything),
      clientMessage('CHOICE', 'Choice', choice, { reply, operation: 'another' }),
      clientMessage('__proto__', 'Proto', flat('__proto__')),
      clientMessage('constructor', 'Constructor', flat('constructor', { constructor: { type: 'integer' } })),
      clientMessage(HOSTILE, 'Hostile', flat(HOSTILE)),
    ],
    serverMessages: [
      serverMessage('ECHO', 'Echo', echo),
      serverMessage('ERROR', 'Error', flat('ERROR', { cause: ref('Error') }, ['cause']), { delivery: null }),
      serverMessage('TREE', 'Tree', ref('Tree')),
    ],
  });
  const inline = channel('../in line/__proto__', {
    envelope: { ...traps.envelope, discriminator: null },
    clientMessages: [clientMessage('feed', 'Feed', { type: 'object', properties: { n: { type: 'integer' } } })],
  });
  return contract([traps, inline, channel('constructor'), channel('Traps')], { document: `x${HOSTILE}`, definitions });
}
