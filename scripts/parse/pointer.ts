// JSON Pointers (RFC 6901): tokens to text and back.
import type { Pointer } from '../model.ts';

export function escapeToken(token: string): string {
  return token.replaceAll('~', '~0').replaceAll('/', '~1');
}

export function joinPointer(pointer: Pointer, ...tokens: readonly (string | number)[]): Pointer {
  return tokens.reduce<string>((joined, token) => `${joined}/${escapeToken(String(token))}`, pointer);
}

export function pointerTokens(pointer: Pointer): string[] {
  if (pointer === '') return [];
  return pointer
    .slice(1)
    .split('/')
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** RFC 6901 section 3: empty, or slash-separated tokens in which `~` is always `~0` or `~1`. */
export function isPointer(text: string): boolean {
  return /^(?:\/(?:[^~/]|~[01])*)*$/.test(text);
}
