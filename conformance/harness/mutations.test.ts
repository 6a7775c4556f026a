import { describe, expect, it } from 'vitest';
import type { Channel, ClientMessage, Contract, JsonSchema } from '../../scripts/model.ts';
import { lobbyContract } from '../fixtures/lobby.ts';
import { MessageBuilder } from './messages.ts';
import { mutationsOf } from './mutations.ts';
import { Schemas } from './schemas.ts';

function mutate(properties: Record<string, JsonSchema>, payload: object, more: JsonSchema = {}) {
  const channel = lobbyContract.channels[0] as Channel;
  const message = {
    ...(channel.clientMessages[0] as ClientMessage),
    schema: { type: 'object', required: ['kind'], properties: { kind: { const: 'enter' }, ...properties }, ...more },
    examples: [{ payload: { kind: 'enter', ...payload } }],
  };
  const contract: Contract = { ...lobbyContract, definitions: { short: { type: 'string', maxLength: 3 } } };
  const schemas = new Schemas(contract);
  const built = new MessageBuilder(channel, schemas).build(message, {}, null);
  const mutations = mutationsOf(message, built, '/kind', schemas);
  for (const { value } of mutations) expect(schemas.accepts(message.schema, value)).toBe(false);
  return mutations;
}

const names = (mutations: ReturnType<typeof mutate>) =>
  mutations.filter((one) => one.pointer.startsWith('/a')).map(({ name }) => name);

describe('mutations', () => {
  it('break each keyword of a string, and the type as careless converters would', () => {
    const all = mutate({ a: { type: 'string', minLength: 2, maxLength: 4, pattern: '^[a-z]*$' } }, { a: 'abc' });
    expect(names(all)).toEqual([
      'type /a',
      'type /a (null)',
      'minLength /a',
      'maxLength /a',
      'pattern /a',
      'pattern /a (line feed at the end)',
      'pattern /a (white space beyond ASCII)',
    ]);
    expect(all.find(({ keyword }) => keyword === 'maxLength')?.value).toEqual({ kind: 'enter', a: 'xxxxx' });
  });

  it('give an integer a fraction, a text and a truth value', () => {
    const all = mutate({ a: { type: 'integer', minimum: 1, maximum: 9 } }, { a: 5 });
    expect(names(all)).toEqual([
      'type /a',
      'type /a (1.5)',
      'type /a ("5")',
      'type /a (true)',
      'minimum /a',
      'maximum /a',
    ]);
  });

  it('leave out what one of several alternatives needs, and point to their parent', () => {
    const alternatives = { anyOf: [{ required: ['a'] }, { required: ['b'] }] };
    const all = mutate({ a: { type: 'string' }, b: { type: 'string' } }, { a: 'x', b: 'y' }, alternatives);
    const one = all.find(({ keyword }) => keyword === 'anyOf');
    expect(one?.value).toEqual({ kind: 'enter' });
    expect(one?.pointer).toBe('');
  });

  it('fill in an optional property to break it, and follow references', () => {
    const all = mutate({ a: { $ref: '#/definitions/short' } }, {});
    expect(names(all)).toContain('maxLength /a');
  });

  it('give a keyword that is only a SHOULD that level', () => {
    const [longest] = mutate({ a: { type: 'string', maxLength: 2, 'x-ws-should': ['maxLength'] } }, { a: 'x' }).filter(
      ({ keyword }) => keyword === 'maxLength',
    );
    expect(longest?.level).toBe('SHOULD');
  });

  it('know what touches the discriminator, or what it stands in', () => {
    const all = mutate({}, {});
    expect(all.filter(({ discriminator }) => discriminator).map(({ keyword }) => keyword)).toEqual([
      'type',
      'type',
      'required',
      'const',
    ]);
  });
});
