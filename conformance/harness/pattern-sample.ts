// A random text that a regular expression matches: for names and ids of which the contract says nothing but a pattern.
import { randomInt } from 'node:crypto';

/** How often an open-ended repetition is played: enough for two texts to differ. */
const openRepeats = 8;
/** Printable ASCII, without what has a meaning in addresses. */
const anyCharacter = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_';
const digits = '0123456789';
const wordCharacters = `${anyCharacter.replace('-', '')}`;

/** Null where the pattern uses what is not known here: lookarounds, back references, properties. The caller checks the text. */
export function samplePattern(pattern: string): string | null {
  const reader = new PatternReader(pattern);
  try {
    const text = reader.alternatives();
    return reader.isAtEnd ? text : null;
  } catch (error) {
    if (error instanceof UnknownSyntax) return null;
    throw error;
  }
}

class UnknownSyntax extends Error {}

/** Reads the pattern and plays it at once: each part gives a text that it matches. */
class PatternReader {
  readonly #pattern: string;
  #at = 0;

  constructor(pattern: string) {
    this.#pattern = pattern;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#pattern.length;
  }

  alternatives(): string {
    const all = [this.#sequence()];
    while (this.#take('|')) all.push(this.#sequence());
    return pick(all);
  }

  #sequence(): string {
    let text = '';
    while (!this.isAtEnd && !'|)'.includes(this.#peek())) {
      const start = this.#at;
      let part = this.#atom();
      const end = this.#at;
      const [least, most] = this.#quantifier();
      const after = this.#at;
      const count = least + (most > least ? randomInt(most - least + 1) : 0);
      if (count === 0) part = '';
      for (let again = 1; again < count; again += 1) {
        this.#at = start;
        part += this.#atom();
        if (this.#at !== end) throw new UnknownSyntax();
      }
      this.#at = after;
      text += part;
    }
    return text;
  }

  #atom(): string {
    const character = this.#next();
    if (character === '^' || character === '$') return '';
    if (character === '.') return pick(anyCharacter);
    if (character === '\\') return pick(escaped(this.#next()));
    if (character === '[') return pick(this.#set());
    if (character !== '(') return character;
    if (this.#take('?') && !this.#take(':')) throw new UnknownSyntax();
    const text = this.alternatives();
    if (!this.#take(')')) throw new UnknownSyntax();
    return text;
  }

  #set(): string {
    const isNegated = this.#take('^');
    let members = '';
    while (this.#peek() !== ']') {
      const first = this.#member();
      if (first.length === 1 && this.#peek() === '-' && this.#pattern[this.#at + 1] !== ']') {
        this.#next();
        const last = this.#member();
        for (let code = first.charCodeAt(0); code <= last.charCodeAt(0); code += 1)
          members += String.fromCharCode(code);
      } else members += first;
    }
    this.#next();
    if (!isNegated) return members;
    return [...anyCharacter].filter((character) => !members.includes(character)).join('');
  }

  #member(): string {
    const character = this.#next();
    return character === '\\' ? escaped(this.#next()) : character;
  }

  #quantifier(): readonly [least: number, most: number] {
    let range: readonly [number, number] = [1, 1];
    if (this.#take('*')) range = [1, openRepeats];
    else if (this.#take('+')) range = [openRepeats, openRepeats];
    else if (this.#take('?')) range = [0, 1];
    else {
      const found = /^\{(\d+)(,(\d*))?\}/.exec(this.#pattern.slice(this.#at));
      if (found === null) return range;
      this.#at += found[0].length;
      const least = Number(found[1]);
      const most = found[2] === undefined ? least : found[3] === '' ? least + openRepeats : Number(found[3]);
      range = [Math.max(least, Math.min(most, openRepeats)), Math.min(most, Math.max(least, 16))];
    }
    this.#take('?');
    return range;
  }

  #peek(): string {
    return this.#pattern[this.#at] ?? '';
  }

  #next(): string {
    const character = this.#pattern[this.#at];
    if (character === undefined) throw new UnknownSyntax();
    this.#at += 1;
    return character;
  }

  #take(character: string): boolean {
    if (this.#peek() !== character) return false;
    this.#at += 1;
    return true;
  }
}

/** The characters that an escape stands for. */
function escaped(character: string): string {
  if (character === 'd') return digits;
  if (character === 'w') return wordCharacters;
  if (character === 's') return ' ';
  if (character === 'D' || character === 'S' || character === 'W') return character === 'W' ? '-' : 'abcdefgh';
  if (/[a-zA-Z0-9]/.test(character)) throw new UnknownSyntax();
  return character;
}

function pick(from: readonly string[] | string): string {
  if (from.length === 0) throw new UnknownSyntax();
  return from[randomInt(from.length)] as string;
}
