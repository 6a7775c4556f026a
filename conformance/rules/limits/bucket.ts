// The rate limit as a bucket: how many messages a server may have taken by a time, and how many it must have.
export interface Bucket {
  readonly burst: number;
  /** As the target runs it. */
  readonly perSecond: number;
}

/** The most that may be taken of what was sent within so many ms; one more for a token that was about to drop. */
export function mostTaken(bucket: Bucket, elapsedMs: number): number {
  return bucket.burst + Math.ceil((elapsedMs / 1000) * bucket.perSecond) + 1;
}

/** How long an empty bucket takes to be full again, ms. */
export function refillMs(bucket: Bucket): number {
  return (bucket.burst / bucket.perSecond) * 1000;
}

/** The longest row of `true`. */
export function longestRow(refused: readonly boolean[]): number {
  let longest = 0;
  let row = 0;
  for (const one of refused) {
    row = one ? row + 1 : 0;
    longest = Math.max(longest, row);
  }
  return longest;
}
