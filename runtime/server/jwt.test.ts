import { SignJWT, UnsecuredJWT } from 'jose';
import { expect, it } from 'vitest';
import { jwtVerifier } from './jwt.ts';
import type { AuthTable } from './table.ts';

const NOW = Date.parse('2030-01-01T00:00:00.000Z');
const seconds = NOW / 1000;
const secret = 'a secret that is long enough for HS512, which wants sixty-four bytes of it';

const auth: AuthTable = {
  parameter: 'token',
  format: 'jwt',
  algorithms: ['HS256'],
  claims: [
    { name: 'sub', required: true },
    { name: 'exp', required: true },
    { name: 'nbf', required: false },
  ],
  answers: [],
};

const verifier = jwtVerifier({
  secret,
  findUser: (id, name) => {
    if (id === 'down') throw new Error('The store is down.');
    return id === 'nobody' ? null : { id, name };
  },
  now: () => NOW,
});

const sign = (claims: object, alg = 'HS256', key = secret): Promise<string> =>
  new SignJWT({ ...claims }).setProtectedHeader({ alg }).sign(new TextEncoder().encode(key));

const exp = seconds + 60;

it('accepts a good token, named by its claim or else by its subject', async () => {
  expect(await verifier.verify(await sign({ sub: '7', exp, name: 'Ada' }), auth)).toEqual({
    user: { id: '7', name: 'Ada' },
    expiresAt: NOW + 60_000,
  });
  expect(await verifier.verify(await sign({ sub: '7', exp, nbf: seconds }), auth)).toMatchObject({
    user: { name: '7' },
  });
});

it.each([
  ['a bad signature', { sub: '7', exp }, 'HS256', 'another secret of the same good length, for sure', 'invalid'],
  ['an algorithm that is not configured', { sub: '7', exp }, 'HS512', secret, 'invalid'],
  ['no subject', { exp }, 'HS256', secret, 'invalid'],
  ['an empty subject', { sub: '', exp }, 'HS256', secret, 'invalid'],
  ['no expiry', { sub: '7' }, 'HS256', secret, 'invalid'],
  ['a time to come', { sub: '7', exp, nbf: seconds + 1 }, 'HS256', secret, 'invalid'],
  ['an expiry now', { sub: '7', exp: seconds }, 'HS256', secret, 'expired'],
  ['an unknown user', { sub: 'nobody', exp }, 'HS256', secret, 'unknown-user'],
])('refuses %s', async (_what, claims, alg, key, refused) => {
  expect(await verifier.verify(await sign(claims, alg, key), auth)).toEqual({ refused });
});

it('refuses a token without a signature, and what is no token', async () => {
  const unsigned = new UnsecuredJWT({ sub: '7', exp }).encode();
  expect(await verifier.verify(unsigned, { ...auth, algorithms: ['HS256', 'none'] })).toEqual({ refused: 'invalid' });
  expect(await verifier.verify('a.b', auth)).toEqual({ refused: 'invalid' });
});

it('rejects where the store is down: nobody is refused for that', async () => {
  await expect(verifier.verify(await sign({ sub: 'down', exp }), auth)).rejects.toThrow('down');
});
