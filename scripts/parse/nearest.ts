// "Did you mean": the name that a person most likely meant by one that does not exist.

/** The candidate that a person most likely meant by `wanted`; undefined where none is near. */
export function nearest(wanted: string, candidates: readonly string[]): string | undefined {
  const fold = (text: string) => text.toLowerCase().replace(/[^a-z0-9]/g, '');
  const same = candidates.find((candidate) => fold(candidate) === fold(wanted) && fold(wanted) !== '');
  if (same !== undefined) return same;
  const longer = candidates.filter((candidate) => wanted.length >= 4 && candidate.startsWith(wanted));
  if (longer.length === 1) return longer[0];
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(wanted.length / 3)) + 1;
  for (const candidate of candidates.slice(0, 200)) {
    const distance = editDistance(wanted.slice(0, 60), candidate.slice(0, 60));
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const swap = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, swap));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
