// Reads a regular expression (ECMA-262, flag u) into the few forms that matter for how it is searched.

export type Regex =
  | { readonly kind: 'empty' }
  /** One character: source of a class, an escape or a literal. */
  | { readonly kind: 'atom'; readonly source: string }
  | { readonly kind: 'sequence'; readonly items: readonly Regex[] }
  | { readonly kind: 'choice'; readonly items: readonly Regex[] }
  | { readonly kind: 'repeat'; readonly item: Regex; readonly min: number; readonly max: number };

const empty: Regex = { kind: 'empty' };

/** The expression, then the insides of its lookarounds, which are searched on their own. The pattern must be valid. */
export function readRegex(pattern: string): Regex[] {
  const reader = new Reader(pattern);
  const whole = reader.choice();
  return [whole, ...reader.asides];
}

class Reader {
  readonly asides: Regex[] = [];
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  #match(expression: RegExp): string | undefined {
    const sticky = new RegExp(expression.source, 'yus');
    sticky.lastIndex = this.#at;
    const found = sticky.exec(this.#text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }

  choice(): Regex {
    const items = [this.#sequence()];
    while (this.#match(/\|/) !== undefined) items.push(this.#sequence());
    const [only] = items;
    return items.length === 1 && only !== undefined ? only : { kind: 'choice', items };
  }

  #sequence(): Regex {
    const items: Regex[] = [];
    while (this.#at < this.#text.length && !/[|)]/.test(this.#text[this.#at] ?? '')) {
      const item = this.#repeat(this.#term());
      if (item.kind !== 'empty') items.push(item);
    }
    return { kind: 'sequence', items };
  }

  #repeat(item: Regex): Regex {
    const quantifier = this.#match(/(?:[*+?]|\{\d+(?:,\d*)?\})/);
    if (quantifier === undefined) return item;
    this.#match(/\?/);
    const simple = { '*': [0, Infinity], '+': [1, Infinity], '?': [0, 1] }[quantifier];
    const [low = '0', high] = quantifier.slice(1, -1).split(',');
    const [min = 0, max = 0] = simple ?? [
      Number(low),
      high === undefined ? Number(low) : high === '' ? Infinity : Number(high),
    ];
    return item.kind === 'empty' ? empty : { kind: 'repeat', item, min, max };
  }

  #term(): Regex {
    if (this.#match(/\(\?<?[=!]/) !== undefined) {
      this.asides.push(this.#group());
      return empty;
    }
    if (this.#match(/\((?:\?:|\?<[^>]*>)?/) !== undefined) return this.#group();
    if (this.#match(/[\^$]|\\[bB]|\\[1-9]\d*|\\k<[^>]*>/) !== undefined) return empty;
    const source = this.#match(
      /\[(?:\\.|[^\]\\])*\]|\\[pP]\{[^}]*\}|\\u\{[^}]*\}|\\u[0-9a-fA-F]{4}|\\x[0-9a-fA-F]{2}|\\c[a-zA-Z]|\\.|./,
    );
    return source === undefined ? empty : { kind: 'atom', source };
  }

  #group(): Regex {
    const inside = this.choice();
    this.#match(/\)/);
    return inside;
  }
}
