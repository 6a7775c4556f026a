// Text as a terminal shows it: how many columns it takes, how it is cut in the middle, and what in it must not reach a terminal.

const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
// East Asian wide and fullwidth blocks (Unicode TR 11); emoji are told by their own property.
const wide =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]/u;
const emoji = /\p{Emoji_Presentation}|\p{Extended_Pictographic}\ufe0f/u;
const zero = /^[\p{Mn}\p{Me}\u200b\u200d]/u;
// Controls could clear the screen or forge a verdict; bidirectional marks could reorder one; lone surrogates are no text.
const unsafe = /[\p{Cc}\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\p{Cs}]/gu;
const named: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** On one line, with everything that a terminal would act on written as an escape. */
export function printable(text: string): string {
  return text.replace(unsafe, (found) => named[found] ?? `\\u{${found.codePointAt(0)!.toString(16)}}`);
}

/** Columns of a printable text. */
export function widthOf(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  let width = 0;
  for (const { segment } of segmenter.segment(text)) width += widthOfGrapheme(segment);
  return width;
}

export function padRight(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)));
}

export function padLeft(text: string, width: number): string {
  return ' '.repeat(Math.max(0, width - widthOf(text))) + text;
}

/** At most `width` columns: the middle gives way to `…`, never half a character. */
export function cutMiddle(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  if (width < 2) return width === 1 ? '…' : '';
  const graphemes = [...segmenter.segment(text)].map((one) => one.segment);
  // The beginning names the type of a message, so it gets the larger part.
  const tailWidth = Math.floor((width - 1) / 3);
  const head = take(graphemes, width - 1 - tailWidth);
  const tail = take([...graphemes].reverse(), tailWidth).reverse();
  return `${head.join('')}…${tail.join('')}`;
}

/** Lines of at most `width` columns, broken at spaces; a longer word is broken where it must be. */
export function wrap(text: string, width: number): readonly string[] {
  const room = Math.max(8, width);
  const lines: string[] = [];
  let line = '';
  for (let word of text.split(' ')) {
    if (line !== '' && widthOf(line) + 1 + widthOf(word) <= room) {
      line += ` ${word}`;
      continue;
    }
    if (line !== '') lines.push(line);
    while (widthOf(word) > room) {
      const start = take(
        [...segmenter.segment(word)].map((one) => one.segment),
        room,
      ).join('');
      lines.push(start);
      word = word.slice(start.length);
    }
    line = word;
  }
  return [...lines, line];
}

function take(graphemes: readonly string[], width: number): string[] {
  const taken: string[] = [];
  let used = 0;
  for (const grapheme of graphemes) {
    used += widthOfGrapheme(grapheme);
    if (used > width) break;
    taken.push(grapheme);
  }
  return taken;
}

function widthOfGrapheme(grapheme: string): number {
  if (zero.test(grapheme)) return 0;
  return wide.test(grapheme) || emoji.test(grapheme) ? 2 : 1;
}
