// What a case says without what is another in each run: times, ports, and the names that the suite makes up. So that two
// reports of the same outcome are equal, and the same failure in two places is one.

const volatile: readonly RegExp[] = [
  /\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)?/g,
  /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi,
  // Rooms and markers of the suite: a prefix, then hexadecimal digits of its own.
  /\b(?=[\w-]*\d)[a-z]+-[0-9a-f]{8,12}(?:-\d+)?\b/gi,
  /(?<=\b(?:127\.0\.0\.1|localhost|\[::1\])):\d{2,5}\b/g,
  /\d+(?:\.\d+)?(?= (?:ms|s|KiB|MiB)\b)/g,
];

const mark = '…';

export function stableText(text: string): string {
  return volatile.reduce((stable, pattern) => stable.replace(pattern, mark), text);
}
