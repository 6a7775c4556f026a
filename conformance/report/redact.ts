// Takes tokens out of everything that is written or shown: those used in the run, and whatever looks like a JWT.

/** Replaces secrets in a text by `[token]`. */
export type Redactor = (text: string) => string;

const mark = '[token]';
// A JWT's header is the JSON of an object, so that its base64url begins with `eyJ`. Also one whose end was cut off.
const jwt = /eyJ[\w-]{8,}(?:\.[\w-]*){0,3}/g;
// Of a text cut in the middle of a token so much remains that it is worth hiding.
const shortestPrefix = 8;

/**
 * @param tokens every token (and secret) used in the run. Each is found as it is, percent-encoded, as a form decodes it, inside JSON and as hex.
 * Tokens under 8 characters are replaced as whole words only, or a token `a` would eat every text.
 */
export function createRedactor(tokens: Iterable<string>): Redactor {
  const forms = new Set<string>();
  for (const token of tokens) {
    if (token === '') continue;
    forms.add(token);
    forms.add(encodeForm(token));
    // As a form's decoder reads one that was not encoded, and as its encoder writes it.
    forms.add(token.replaceAll('+', ' '));
    forms.add(encodeForm(token).replaceAll('%20', '+'));
    forms.add(JSON.stringify(token).slice(1, -1));
    const hex = toHex(token);
    if (token.length >= 4) forms.add(hex).add(hex.toUpperCase());
  }
  const longestFirst = [...forms].sort((a, b) => b.length - a.length || (a < b ? -1 : 1));
  const patterns = longestFirst.map((form) => {
    const literal = form.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
    return new RegExp(form.length < 8 ? `(?<![\\p{L}\\p{N}_])${literal}(?![\\p{L}\\p{N}_])` : literal, 'gu');
  });

  return (text) => {
    let clean = text;
    for (const pattern of patterns) clean = clean.replace(pattern, mark);
    for (const form of longestFirst) clean = cutPrefix(clean, form);
    return clean.replace(jwt, mark);
  };
}

/** Applies it to every string of a value; keys stay. */
export function redactDeep<T>(value: T, redact: Redactor): T {
  return deep(value, redact) as T;
}

function deep(value: unknown, redact: Redactor): unknown {
  if (typeof value === 'string') return redact(value);
  if (Array.isArray(value)) return value.map((one) => deep(one, redact));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, deep(one, redact)]));
  }
  return value;
}

function encodeForm(token: string): string {
  try {
    return encodeURIComponent(token);
  } catch {
    // A lone surrogate has no percent-encoding, so that it cannot have been sent in an address.
    return token;
  }
}

function toHex(token: string): string {
  return [...new TextEncoder().encode(token)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

function cutPrefix(text: string, form: string): string {
  if (form.length <= shortestPrefix) return text;
  const start = text.lastIndexOf(form.slice(0, shortestPrefix));
  if (start === -1 || text.length - start >= form.length || !form.startsWith(text.slice(start))) return text;
  return text.slice(0, start) + mark;
}
