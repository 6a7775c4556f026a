import { expect, test } from 'vitest';
import * as validation from './index.ts';

const table: [check: (text: string) => boolean, valid: string[], invalid: string[]][] = [
  [
    validation.isDateTime,
    [
      '2025-03-01T12:00:00Z',
      '2025-03-01t12:00:00.123456789z',
      '2024-02-29T23:59:59+05:30',
      '2000-02-29T00:00:00-00:00',
      '1998-12-31T23:59:60Z',
      '1998-12-31T15:59:60.5-08:00',
      '1999-01-01T05:29:60+05:30',
    ],
    [
      '',
      '2025-03-01',
      '2025-03-01 12:00:00Z',
      '2025-03-01T12:00:00',
      '2025-02-29T12:00:00Z',
      '1900-02-29T12:00:00Z',
      '2025-04-31T12:00:00Z',
      '2025-00-01T12:00:00Z',
      '2025-13-01T12:00:00Z',
      '2025-01-00T12:00:00Z',
      '2025-03-01T24:00:00Z',
      '2025-03-01T12:60:00Z',
      '2025-03-01T12:00:61Z',
      '1998-12-31T22:59:60Z',
      '1998-12-31T23:59:60+01:00',
      '2025-03-01T12:00:00.Z',
      '2025-03-01T12:00:00+24:00',
      '2025-03-01T12:00:00+0100',
      '2025-03-01T12:00:00Zx',
      '2025-03-01T12:00:00+01:00x',
      '२०२५-03-01T12:00:00Z',
      '2025-03-01T1/:00:00Z',
      '2025-03-01T12:00Z',
    ],
  ],
  [
    validation.isDate,
    ['2024-02-29', '2025-12-31'],
    ['2025-02-29', '2025-1-01', '2025-01-01T', '20250101', '2025-01-1x'],
  ],
  [validation.isTime, ['12:00:00Z', '23:59:60Z', '12:00:00.1+01:00'], ['12:00:00', '12:00Z', '12:00:60Z', '25:00:00Z']],
  [
    validation.isUuid,
    ['00000000-0000-0000-0000-000000000000', 'F81D4FAE-7dec-11d0-a765-00a0c91e6bf6'],
    [
      'f81d4fae7dec11d0a76500a0c91e6bf6',
      'f81d4fae-7dec-11d0-a765-00a0c91e6bfg',
      'f81d4fae-7dec-11d0-a765-00a0c91e6bf',
      '',
    ],
  ],
  [
    validation.isEmail,
    ['ada@example.org', "o'hara+x@example.co", '"a b"@example.org', 'a@[127.0.0.1]', 'a@[IPv6:::1]', 'a@localhost'],
    [
      'ada',
      '@example.org',
      'ada@',
      'a..b@example.org',
      '.a@example.org',
      'a b@example.org',
      'a@-x.org',
      'a@[300.0.0.1]',
    ],
  ],
  [
    validation.isHostname,
    ['localhost', 'a-b.example', '1.example'],
    ['', '-a', 'a-', 'a..b', 'a_b', `${'a'.repeat(64)}.org`, `${'a.'.repeat(127)}aa`],
  ],
  [
    validation.isIpv4,
    ['0.0.0.0', '255.255.255.255'],
    ['256.0.0.1', '1.2.3', '1.2.3.4.5', '01.2.3.4', '1.2.3.4.', '1.2.3.4 '],
  ],
  [
    validation.isIpv6,
    ['::', '::1', '1:2:3:4:5:6:7:8', 'fe80::1', '::ffff:1.2.3.4', '1::8', '1:2:3:4:5:6:7::'],
    [
      '',
      ':',
      ':::',
      '1:2:3:4:5:6:7',
      '1:2:3:4:5:6:7:8:9',
      '1::2::3',
      '12345::',
      '::1.2.3',
      '1.2.3.4::',
      '::1%eth0',
      '1:2:3:4:5:6:7:8::',
    ],
  ],
  [
    validation.isUri,
    ['https://example.org/a?b=c#d', 'urn:isbn:123', 'mailto:a@example.org', 'http://[::1]:80/', 'ftp://u:p@h/x'],
    [
      '/a',
      'example.org',
      'http://a b',
      'http://a/%zz',
      'http://[::1',
      'http://a/<x>',
      '1http://a',
      'http://a/#b#c',
      ':a',
    ],
  ],
  [
    validation.isUriReference,
    ['', '/a/b', 'a', '?x', '#y', '//host/x', 'https://example.org'],
    ['\\a', 'a b', '%', '1:a', '/[x]'],
  ],
  [validation.isJsonPointer, ['', '/', '/a~0b/~1', '/a//b'], ['a', '/~', '/~2', '#/a']],
  [validation.isRegex, ['^a$', '\\p{L}+', ''], ['(', '[', '\\p{Nope}']],
];

for (const [check, valid, invalid] of table) {
  test.each(valid)(`${check.name} accepts %j`, (text) => {
    expect(check(text)).toBe(true);
  });
  test.each(invalid)(`${check.name} refuses %j`, (text) => {
    expect(check(text)).toBe(false);
  });
}

test('code points are counted, not UTF-16 units', () => {
  expect(validation.codePointLength('')).toBe(0);
  expect(validation.codePointLength('aé漢')).toBe(3);
  expect(validation.codePointLength('😀😀')).toBe(2);
  expect(validation.codePointLength('\ud83d')).toBe(1);
  expect(validation.codePointLength('\ude00\ud83d')).toBe(2);
});

test('deepEqual compares JSON values by content', () => {
  const { deepEqual } = validation;
  expect(deepEqual({ a: [1, { b: null }], c: 'x' }, { c: 'x', a: [1, { b: null }] })).toBe(true);
  expect(deepEqual([1, 2], [2, 1])).toBe(false);
  expect(deepEqual({}, [])).toBe(false);
  expect(deepEqual(null, {})).toBe(false);
  expect(deepEqual({ a: 1 }, { b: 1 })).toBe(false);
  expect(deepEqual({ a: 1 }, { a: 1, b: 2 })).toBe(false);
  expect(deepEqual(1, '1')).toBe(false);
  expect(deepEqual({ toString: 1 }, { a: 1 })).toBe(false);
});
