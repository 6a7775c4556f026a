import { createHmac, generateKeyPairSync } from 'node:crypto';
import { EncryptJWT, exportJWK, SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { jwtVerifier } from './jwt.ts';
import type { AuthTable } from './table.ts';

const NOW = Date.parse('2030-01-01T00:00:00.000Z');
const exp = NOW / 1000 + 60;
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
// The mistake behind `alg` confusion: a public key, in the text that everybody has, is taken for the secret.
const publicText = rsa.publicKey.export({ type: 'spki', format: 'pem' }).toString();
const secret = 'a secret that is long enough for HS512, which wants sixty-four bytes of it';

const auth: AuthTable = {
  parameter: 'token',
  format: 'jwt',
  algorithms: ['HS256'],
  claims: [
    { name: 'sub', required: true },
    { name: 'exp', required: true },
  ],
  answers: [],
};

const verify = (token: string, algorithms: readonly string[] = auth.algorithms, key = secret): Promise<object> =>
  jwtVerifier({ secret: key, findUser: (id, name) => ({ id, name }), now: () => NOW }).verify(token, {
    ...auth,
    algorithms,
  });

const part = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

/** A token with whatever header and claims, signed with the right secret. */
const forge = (header: unknown, claims: unknown, hash = 'sha256', key = secret): string => {
  const signed = `${part(header)}.${part(claims)}`;
  return `${signed}.${createHmac(hash, key).update(signed).digest('base64url')}`;
};

const good = { sub: '7', exp };
const invalid = { refused: 'invalid' };

describe('a token that lies about its algorithm', () => {
  it('is what it says elsewhere: the same by hand is good', async () => {
    expect(await verify(forge({ alg: 'HS256' }, good))).toMatchObject({ user: { id: '7' } });
  });

  it.each(['none', 'None', 'NONE', '', 'hs256', 'HS256 ', 'RS256', 'ES256', 'HS384', 'HS512', 256, null, ['HS256']])(
    'as %j is invalid, signed or not',
    async (alg) => {
      expect(await verify(forge({ alg }, good))).toEqual(invalid);
      expect(await verify(`${part({ alg })}.${part(good)}.`)).toEqual(invalid);
    },
  );

  it('is invalid where it is signed with a public key, whatever the contract lists', async () => {
    const token = await new SignJWT(good).setProtectedHeader({ alg: 'RS256' }).sign(rsa.privateKey);
    for (const algorithms of [['RS256'], ['RS256', 'HS256'], ['none'], []]) {
      expect(await verify(token, algorithms, publicText)).toEqual(invalid);
    }
    expect(await verify(forge({ alg: 'HS256' }, good, 'sha256', publicText), ['RS256'], publicText)).toEqual(invalid);
  });

  it('is invalid where it brings its own key along', async () => {
    const jwk = await exportJWK(rsa.publicKey);
    for (const header of [
      { jwk },
      { jku: 'http://127.0.0.1/keys' },
      { x5u: 'http://127.0.0.1/' },
      { kid: '/dev/null' },
    ]) {
      expect(await verify(forge({ alg: 'HS256', ...header }, good, 'sha256', ''))).toEqual(invalid);
    }
  });

  it('is invalid where it wants what nobody understands, or is encrypted', async () => {
    expect(await verify(forge({ alg: 'HS256', crit: ['more'], more: true }, good))).toEqual(invalid);
    expect(await verify(forge({ alg: 'HS256', b64: false, crit: ['b64'] }, good))).toEqual(invalid);
    const key = new Uint8Array(32);
    const sealed = await new EncryptJWT(good).setProtectedHeader({ alg: 'dir', enc: 'A256GCM' }).encrypt(key);
    expect(await verify(sealed)).toEqual(invalid);
  });
});

describe('a token whose claims are odd', () => {
  it.each([
    ['an expiry that is a text', { sub: '7', exp: String(exp) }],
    ['an expiry that is no number', { sub: '7', exp: null }],
    ['a time to come, as a text', { ...good, nbf: '0' }],
    ['a subject that is a number', { sub: 7, exp }],
    ['a subject that is a list', { sub: ['7'], exp }],
    ['claims that are a list', [good]],
    ['claims that are no JSON', 'claims'],
    ['claims by inheritance', `{"__proto__":{"sub":"7","exp":${exp}}}`],
  ])('as %s is invalid', async (_what, claims) => {
    expect(await verify(forge({ alg: 'HS256' }, claims))).toEqual(invalid);
  });

  it('is good with a time that has just come, and with an expiry that never does', async () => {
    expect(await verify(forge({ alg: 'HS256' }, { ...good, nbf: NOW / 1000 }))).toMatchObject({ user: { id: '7' } });
    expect(await verify(forge({ alg: 'HS256' }, { sub: '7', exp: 1e300 }))).toMatchObject({ expiresAt: 1e303 });
  });

  it.each(['', '.', '..', 'a.b.c.d', '\u0000.\u0000.\u0000', `${'x'.repeat(16_000)}.x.x`, 'null', '{}'])(
    'or is none, as %j, is invalid',
    async (token) => {
      expect(await verify(token)).toEqual(invalid);
    },
  );
});
