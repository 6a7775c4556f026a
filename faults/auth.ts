// Faults of authentication: who is let in, and how those are answered who are not.
import { Buffer } from 'node:buffer';
import type { AuthTable, Refusal, Seam, TokenVerdict } from '../runtime/server/index.ts';
import { encodeMessage } from '../runtime/server/index.ts';
import { writeAt } from '../runtime/server/pointer.ts';
import type { AuthCondition } from '../runtime/server/table.ts';
import { changeTransport } from './decorate-transport.ts';
import { by, type Fault, type Intended } from './fault.ts';
import { rewritten } from './message-text.ts';

const takesToken: Fault['appliesTo'] = (table) => table.auth?.parameter != null;

const answers =
  (when: AuthCondition, ...ways: readonly ('status' | 'close')[]): Fault['appliesTo'] =>
  (table) =>
    table.auth?.answers.some((row) => row.when === when && (ways.length === 0 || ways.includes(row.by))) ?? false;

/** What the contract has refused by closing, with the means of doing it. */
const refusing = (seam: Seam, change: (refusal: Refusal, channel: string | null) => Refusal | null): Seam => ({
  ...seam,
  handshake: (refusal, channel) => {
    const judged = seam.handshake(refusal, channel);
    return judged === null ? null : change(judged, channel);
  },
});

const lettingIn =
  (...conditions: readonly AuthCondition[]) =>
  (seam: Seam): Seam =>
    refusing(seam, (refusal) => (conditions.includes(refusal.when) ? null : refusal));

interface Token {
  readonly header: Readonly<Record<string, unknown>>;
  readonly claims: Readonly<Record<string, unknown>>;
}

const decoded = (token: string): Token | null => {
  try {
    const [header, claims] = token.split('.', 2).map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()));
    return typeof header === 'object' && typeof claims === 'object' ? { header, claims } : null;
  } catch {
    return null;
  }
};

/** Takes tokens that the verifier refuses, where the token fits. */
const trusting =
  (fits: (token: Token, auth: AuthTable, verdict: TokenVerdict) => boolean) =>
  (seam: Seam): Seam => ({
    ...seam,
    verifier: seam.verifier && {
      verify: async (text, auth) => {
        const verdict = await seam.verifier!.verify(text, auth);
        const token = decoded(text);
        if (!('refused' in verdict) || !token || !fits(token, auth, verdict)) return verdict;
        const id = String(token.claims.sub ?? 'nobody');
        return { user: { id, name: String(token.claims.name ?? id) }, expiresAt: null };
      },
    },
  });

const seconds = (seam: Seam): number => seam.clock.now() / 1000;

const isConfigured = ({ header }: Token, auth: AuthTable): boolean => auth.algorithms.includes(String(header.alg));

const isComplete = ({ claims }: Token, auth: AuthTable): boolean =>
  auth.claims.every(({ name, required }) => !required || claims[name] !== undefined);

const letIn = (condition: string): Intended => by(`auth/${condition}-refused`, 'let-in', 'served');

const accepting = (when: AuthCondition, who: string): Fault => ({
  id: `auth/accepts-${when}`,
  sentence: `${who} is let in.`,
  intended: [letIn(when)],
  appliesTo: answers(when),
  apply: lettingIn(when),
});

/** The lives of tokens, changed. */
const living =
  (change: (expiresAt: number, now: number) => number | null) =>
  (seam: Seam): Seam => ({
    ...seam,
    verifier: seam.verifier && {
      verify: async (text, auth) => {
        const verdict = await seam.verifier!.verify(text, auth);
        if ('refused' in verdict || verdict.expiresAt === null) return verdict;
        return { ...verdict, expiresAt: change(verdict.expiresAt, seam.clock.now()) };
      },
    },
  });

const tokenIn = (target: string, parameter: string): string | null =>
  new URLSearchParams(target.split('?')[1] ?? '').get(parameter);

const parametersOf = (seam: Seam): readonly string[] => [
  ...new Set(seam.channels.flatMap(({ table }) => table.auth?.parameter ?? [])),
];

/** The query read otherwise. */
const querying =
  (change: (query: URLSearchParams, parameter: string) => void) =>
  (seam: Seam): Seam => ({
    ...seam,
    target: (target) => {
      const [path = '', ...rest] = seam.target(target).split('?');
      const query = new URLSearchParams(rest.join('?'));
      for (const parameter of parametersOf(seam)) change(query, parameter);
      return `${path}?${query}`;
    },
  });

// Long enough for what a refused connection sends at once to be handled.
const SERVED_MS = 150;

export const authFaults: readonly Fault[] = [
  accepting('missing', 'A connection without a token'),
  accepting('invalid', 'A connection with an invalid token'),
  accepting('expired', 'A connection with an expired token'),
  accepting('unknown-user', 'A user that the server does not know'),
  accepting('forbidden', 'A user who may not enter the room'),
  accepting('not-found', 'A connection to a room that does not exist'),
  {
    id: 'auth/accepts-bad-signature',
    sentence: 'Tokens are read, but their signature is not checked.',
    intended: [letIn('bad-signature'), letIn('tampered')],
    appliesTo: takesToken,
    apply: trusting((token, auth, verdict) => {
      const isFresh = !(typeof token.claims.exp === 'number' && token.claims.exp * 1000 < Date.now());
      return 'refused' in verdict && verdict.refused === 'invalid' && isConfigured(token, auth) && isFresh;
    }),
  },
  {
    id: 'auth/accepts-alg-none',
    sentence: 'A token that says that it has no signature needs none.',
    intended: [letIn('alg-none')],
    appliesTo: takesToken,
    apply: trusting(({ header }) => String(header.alg).toLowerCase() === 'none'),
  },
  {
    id: 'auth/accepts-other-algorithm',
    sentence: 'A token may name its algorithm itself.',
    intended: [letIn('wrong-algorithm')],
    appliesTo: takesToken,
    apply: trusting((token, auth) => !isConfigured(token, auth) && String(token.header.alg).toLowerCase() !== 'none'),
  },
  {
    id: 'auth/accepts-not-yet-valid',
    sentence: 'A token is taken before it is valid.',
    intended: [letIn('not-yet-valid')],
    appliesTo: takesToken,
    apply: (seam) => trusting(({ claims }) => typeof claims.nbf === 'number' && claims.nbf > seconds(seam))(seam),
  },
  {
    id: 'auth/accepts-missing-claim',
    sentence: 'A token is taken without a claim that it must have.',
    intended: [letIn('missing-claim')],
    appliesTo: (table) => takesToken(table) && table.auth!.claims.some(({ required }) => required),
    apply: trusting((token, auth) => isConfigured(token, auth) && !isComplete(token, auth)),
  },
  {
    id: 'auth/similar-parameter',
    sentence: 'The token is looked for by cutting the query at its name, so that other parameters give one.',
    intended: [by('auth/similar-parameter-refused', 'let-in', 'served')],
    appliesTo: takesToken,
    apply: querying((query, parameter) => {
      const similar = [...query].find(([name]) => name !== parameter && name.endsWith(parameter));
      if (similar && !query.has(parameter)) query.set(parameter, similar[1]);
    }),
  },
  {
    id: 'auth/first-of-repeated',
    sentence: 'Of a repeated token parameter the first one counts.',
    intended: [by('auth/repeated-parameter-refused', 'let-in', 'served')],
    appliesTo: takesToken,
    apply: querying((query, parameter) => {
      const [first, second] = query.getAll(parameter);
      if (first !== undefined && second !== undefined) query.set(parameter, first);
    }),
  },
  {
    id: 'auth/query-by-position',
    sentence: 'The token is what stands behind the first equals sign.',
    intended: [by('auth/other-parameters-ignored', 'refused')],
    appliesTo: takesToken,
    apply: querying((query, parameter) => {
      const [first] = [...query];
      if (first && query.has(parameter) && first[0] !== parameter) query.set(parameter, first[1]);
    }),
  },
  {
    id: 'auth/odd-query-crashes',
    sentence: 'A query without a token makes the server fail.',
    intended: [by('auth/survives-odd-queries', 'crashed')],
    appliesTo: takesToken,
    apply: (seam) =>
      refusing(seam, (refusal) =>
        refusal.when === 'missing' ? { when: 'error', by: 'status', status: 500 } : refusal,
      ),
  },
  {
    id: 'auth/user-from-query',
    sentence: 'A user id in the query wins over that of the token.',
    intended: [by('auth/identity-from-token', 'wrong-user')],
    appliesTo: takesToken,
    apply: (seam) => {
      let named: string | null = null;
      const names = ['user', 'user_id', 'userId', 'sub'];
      return {
        ...seam,
        target: (target) => {
          const query = new URLSearchParams(target.split('?')[1] ?? '');
          named = names.map((name) => query.get(name)).find((value) => value !== null) ?? null;
          return seam.target(target);
        },
        verifier: seam.verifier && {
          verify: async (token, auth) => {
            const wanted = named;
            const verdict = await seam.verifier!.verify(token, auth);
            return 'refused' in verdict || wanted === null
              ? verdict
              : { ...verdict, user: { ...verdict.user, id: wanted } };
          },
        },
      };
    },
  },
  {
    id: 'auth/never-expires',
    sentence: 'A connection outlives its token.',
    intended: [by('auth/expiry-ends', 'never')],
    appliesTo: answers('expiry'),
    apply: living(() => null),
  },
  {
    id: 'auth/expires-early',
    sentence: 'A connection ends when half of its token’s life is over.',
    intended: [by('auth/expiry-ends', 'too-early')],
    appliesTo: answers('expiry'),
    apply: living((expiresAt, now) => now + (expiresAt - now) / 2),
  },
  {
    id: 'auth/wrong-expiry-code',
    sentence: 'A connection whose token expires is closed with another code.',
    intended: [by('auth/expiry-answer', 'wrong-code')],
    appliesTo: answers('expiry', 'close'),
    apply: (seam) =>
      changeTransport(seam, ({ inner, table }) => {
        const row = table.auth?.answers.find(({ when }) => when === 'expiry');
        return {
          close: (code, reason) =>
            inner.close(row?.by === 'close' && code === row.code && reason.includes('expired') ? 1000 : code, reason),
        };
      }),
  },
  {
    id: 'auth/wrong-status',
    sentence: 'Who is refused before the upgrade gets another status.',
    intended: [by('handshake/unknown-path-status', 'wrong-status'), by('auth/missing-answer', 'wrong-status')],
    appliesTo: takesToken,
    apply: (seam) => refusing(seam, (refusal) => (refusal.by === 'status' ? { ...refusal, status: 418 } : refusal)),
  },
  {
    id: 'auth/wrong-close-code',
    sentence: 'Who is refused after the upgrade gets another close code.',
    intended: [by('auth/missing-answer', 'wrong-code'), by('auth/invalid-answer', 'wrong-code')],
    appliesTo: answers('missing', 'close'),
    apply: (seam) => refusing(seam, (refusal) => (refusal.by === 'close' ? { ...refusal, code: 1011 } : refusal)),
  },
  {
    id: 'auth/refuses-before-accepting',
    sentence: 'Who should be told by a close code is refused before the upgrade, where browsers see 1006 alone.',
    intended: [by('auth/missing-answer', 'wrong-phase'), by('auth/expired-answer', 'wrong-phase')],
    appliesTo: answers('missing', 'close'),
    apply: (seam) =>
      refusing(seam, (refusal) =>
        refusal.by === 'close' ? { when: refusal.when, by: 'status', status: 403 } : refusal,
      ),
  },
  {
    id: 'auth/accepts-then-closes',
    sentence: 'Who should be refused before the upgrade is accepted and closed.',
    intended: [by('auth/missing-answer', 'wrong-phase')],
    appliesTo: answers('missing', 'status'),
    apply: (seam) =>
      refusing(seam, (refusal, channel) =>
        refusal.by === 'status' && channel !== null && refusal.when !== 'unknown-path' && refusal.when !== 'shutdown'
          ? { when: refusal.when, by: 'close', code: 1008 }
          : refusal,
      ),
  },
  {
    id: 'auth/sends-before-refusal',
    sentence: 'Who is refused after the upgrade is sent a message first.',
    intended: [by('auth/refusal-silent', 'sent', 'served')],
    appliesTo: answers('missing', 'close'),
    apply: (seam) => {
      let isRefused = false;
      const noted: Seam = {
        ...seam,
        handshake: (refusal, channel) => {
          const judged = seam.handshake(refusal, channel);
          isRefused = judged?.by === 'close';
          return judged;
        },
      };
      return changeTransport(noted, ({ inner, table }) => {
        const [template] = Object.values(table.server).map((row) => row.template);
        const first = isRefused ? encodeMessage(template) : null;
        return {
          close: (code, reason) => {
            if (first) inner.send(first);
            inner.close(code, reason);
          },
        };
      });
    },
  },
  {
    id: 'auth/serves-before-refusal',
    sentence: 'Who is refused after the upgrade is served until the token has been judged.',
    intended: [by('handshake/nothing-before-accept', 'processed')],
    appliesTo: answers('missing', 'close'),
    apply: (seam) => {
      let pending: number | null = null;
      const noted = refusing(
        {
          ...seam,
          handshake: (refusal, channel) => {
            pending = null;
            return seam.handshake(refusal, channel);
          },
        },
        (refusal) => {
          if (refusal.by !== 'close') return refusal;
          pending = refusal.code;
          return null;
        },
      );
      return changeTransport(noted, ({ inner }) => {
        const code = pending;
        if (code !== null) setTimeout(() => inner.close(code, ''), SERVED_MS);
        return {};
      });
    },
  },
  {
    id: 'auth/token-in-error',
    sentence: 'The text of an error shows the token.',
    intended: [by('auth/token-not-echoed', 'echoed')],
    appliesTo: (table) => takesToken(table) && table.error?.text != null,
    apply: (seam) => {
      let shown = '';
      const noted: Seam = {
        ...seam,
        target: (target) => {
          shown = parametersOf(seam).flatMap((parameter) => tokenIn(target, parameter) ?? [])[0] ?? '';
          return seam.target(target);
        },
      };
      return changeTransport(noted, ({ inner, table }) => {
        const token = shown;
        return {
          send: (message) => {
            const { error } = table;
            const isError = error?.text != null && message.text.includes(`"${error.type}"`);
            inner.send(isError ? rewritten(message, (value) => writeAt(value, error.text!, token)) : message);
          },
        };
      });
    },
  },
  {
    id: 'auth/token-in-log',
    sentence: 'The server prints the address of every request, and the token in it.',
    intended: [by('auth/token-not-logged', 'logged')],
    appliesTo: takesToken,
    apply: (seam) => ({
      ...seam,
      target: (target) => {
        process.stdout.write(`GET ${target}\n`);
        return seam.target(target);
      },
    }),
  },
];
