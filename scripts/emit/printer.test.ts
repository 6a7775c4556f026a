import fc from 'fast-check';
import { expect, test } from 'vitest';
import { kebabCase, pascalCase } from './names.ts';
import { createPrinter, docComment, literal, oneLine, propertyName } from './printer.ts';

/** Text with what ends strings, comments, templates, lines and scripts. */
const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom(...'\'"`\\\n\r\t\0/*<>!{}$@', '*/', '</script', '\u2028', '\ud800', '__proto__'),
      fc.string(),
    ),
  )
  .map((parts) => parts.join(''));

const evaluate = (source: string): unknown => new Function(`'use strict'; return (${source});`)();

test('a literal is the value, and cannot end a script element', () => {
  const value = fc.letrec((tie) => ({
    value: fc.oneof(hostile, fc.boolean(), fc.constant(null), fc.integer(), fc.array(tie('value')), tie('object')),
    object: fc.dictionary(hostile, tie('value')),
  })).value;
  fc.assert(
    fc.property(value, (json) => {
      const source = literal(json);
      expect(evaluate(source)).toEqual(json);
      expect(source).not.toMatch(/<[/!]|[\u2028\u2029\n]/);
    }),
  );
});

test('a property name names its property, __proto__ included', () => {
  fc.assert(
    fc.property(fc.oneof(hostile, fc.constant('__proto__'), fc.constant('constructor')), (name) => {
      expect(Object.keys(evaluate(`{ ${propertyName(name)}: 1 }`) as object)).toEqual([name]);
    }),
  );
});

test('a comment ends where it ends, and holds nothing that steers the compiler', () => {
  fc.assert(
    fc.property(hostile, (text) => {
      const comment = docComment(text);
      expect(comment.slice(0, -2)).not.toContain('*/');
      expect(evaluate(`${comment} 1`)).toBe(1);
      expect(comment).not.toContain('@ts-');
    }),
  );
});

test('a line comment is one line', () => {
  fc.assert(
    fc.property(hostile, (text) => {
      expect(oneLine(text)).not.toMatch(/[\n\r\u2028\u2029]/);
    }),
  );
});

test('names of files and types hold nothing but letters, digits and joints', () => {
  fc.assert(
    fc.property(hostile, (text) => {
      expect(kebabCase(text)).toMatch(/^[\p{ID_Continue}-]+$/u);
      expect(pascalCase(text)).toMatch(/^[\p{ID_Start}_]\p{ID_Continue}*$/u);
    }),
  );
});

test.each([
  ['room_joined', 'RoomJoined', 'room-joined'],
  ['JOIN_ROOM', 'JoinRoom', 'join-room'],
  ['chatV2Message', 'ChatV2Message', 'chat-v2-message'],
  ['HTTPError', 'HttpError', 'http-error'],
  ['2fast', '_2fast', '2fast'],
  ['../..', 'Unnamed', 'unnamed'],
])('%s becomes %s and %s', (name, pascal, kebab) => {
  expect([pascalCase(name), kebabCase(name)]).toEqual([pascal, kebab]);
});

test('a block is indented, comments with it', () => {
  const out = createPrinter();
  out.block('a {', '}', () => {
    out.doc('x\n\ny');
    out.line('b');
    out.line();
  });
  expect(out.toString()).toBe('a {\n  /**\n   * x\n   *\n   * y\n   */\n  b\n\n}\n');
});
