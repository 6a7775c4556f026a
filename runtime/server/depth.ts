// How deeply a message may be nested. RFC 8259 9: an implementation may set limits on the maximum depth of nesting.

const LARGEST_DEPTH = 256;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const isOpening = (code: number): boolean => code === 0x5b || code === 0x7b;
const isClosing = (code: number): boolean => code === 0x5d || code === 0x7d;

/** Position of the quote that ends a string; the length of the text where none does. */
const endOfString = (text: string, start: number): number => {
  let end = start;
  for (;;) {
    end = text.indexOf('"', end);
    if (end < 0) return text.length;
    let slashes = 0;
    while (text.charCodeAt(end - 1 - slashes) === BACKSLASH) slashes += 1;
    if (slashes % 2 === 0) return end;
    end += 1;
  }
};

/** Whether a character is there more often than so. */
const hasMore = (text: string, character: string, times: number): boolean => {
  let at = -1;
  for (let seen = 0; seen <= times; seen++) {
    at = text.indexOf(character, at + 1);
    if (at < 0) return false;
  }
  return true;
};

/** Whether JSON text is nested more deeply than any message is. Text that is no JSON may be either. */
export const isTooDeep = (text: string): boolean => {
  // Each level takes a character to open it and one to close it, so that most messages need no look.
  if (text.length <= 2 * LARGEST_DEPTH) return false;
  if (!hasMore(text, '{', LARGEST_DEPTH / 2) && !hasMore(text, '[', LARGEST_DEPTH / 2)) return false;
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfString(text, at + 1);
    else if (isOpening(code)) {
      depth += 1;
      if (depth > LARGEST_DEPTH) return true;
    } else if (isClosing(code)) depth -= 1;
  }
  return false;
};
