// Walks through a message: the pointers to everything in it.

/** Pointers to everything inside, parents before what they hold; lists are not gone into. */
export function* placesIn(value: unknown, at = ''): Generator<string> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
  for (const [key, inner] of Object.entries(value)) {
    const place = `${at}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    yield place;
    yield* placesIn(inner, place);
  }
}
