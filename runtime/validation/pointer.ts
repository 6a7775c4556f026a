// JSON Pointers (RFC 6901) as issues name places by them.

/** RFC 6901 section 3. */
export const escapeSegment = (segment: string): string => segment.replaceAll('~', '~0').replaceAll('/', '~1');
