// The suite as the client's token provider: it sees every request for a token, and answers it, fails it, or lets it hang.
import { createHmac, randomBytes } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import type { Adapter } from '../adapter/adapter.ts';

export interface TokenRequest {
  /** The adapter's own number of it. */
  readonly request: number;
  readonly at: number;
  /** What it was answered with; null: failed, or not yet answered. */
  token: string | null;
}

/** `hang`: no answer until {@link TokenDesk.answer} is called. */
export type TokenPolicy = (index: number) => 'token' | 'fail' | 'hang';

const secret = randomBytes(32);

/** Shaped and signed as a JWT, since a client may look into it; never the same twice. */
function freshToken(client: string, index: number): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const now = Math.floor(Date.now() / 1000);
  const claims = { sub: client, iat: now, exp: now + 3600, jti: `${index}-${randomBytes(9).toString('base64url')}` };
  const text = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}`;
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
}

export class TokenDesk {
  readonly requests: TokenRequest[] = [];
  /** @default answers every one */
  policy: TokenPolicy = () => 'token';
  readonly #adapter: Adapter;
  readonly #client: string;
  readonly #redact: (token: string) => void;

  constructor(adapter: Adapter, client: string, redact: (token: string) => void) {
    this.#adapter = adapter;
    this.#client = client;
    this.#redact = redact;
  }

  asked(request: number): void {
    const index = this.requests.length;
    this.requests.push({ request, at: performance.now(), token: null });
    const policy = this.policy(index);
    if (policy === 'token') this.answer(index);
    if (policy === 'fail') this.#tell({ request, error: 'the token provider failed, because the suite asked it to' });
  }

  /** Also late. Returns the token. */
  answer(index: number): string {
    const entry = this.requests[index];
    if (entry === undefined) throw new Error('That token was not asked for.');
    const token = freshToken(this.#client, index);
    entry.token = token;
    this.#redact(token);
    this.#tell({ request: entry.request, token });
    return token;
  }

  #tell(answer: { request: number; token: string } | { request: number; error: string }): void {
    // A broken adapter fails every other command too: it is told there.
    this.#adapter.ask({ op: 'token', client: this.#client, ...answer }).catch(() => {});
  }
}
