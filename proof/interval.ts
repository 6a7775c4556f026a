// How large a share may be that was seen so many times: the upper bound of Clopper and Pearson, at 95 %.

const CONFIDENCE = 0.95;

/** Probability of at most `count` hits in `runs` where each has that chance. */
const atMost = (count: number, runs: number, chance: number): number => {
  let sum = 0;
  let ways = 1;
  for (let hits = 0; hits <= count; hits += 1) {
    sum += ways * chance ** hits * (1 - chance) ** (runs - hits);
    ways = (ways * (runs - hits)) / (hits + 1);
  }
  return sum;
};

/** The largest chance that is still compatible with `count` hits in `runs`; 1 where there was no run. One-sided, 95 %. */
export const upperBound = (count: number, runs: number): number => {
  if (runs === 0 || count >= runs) return 1;
  let [low, high] = [0, 1];
  for (let step = 0; step < 60; step += 1) {
    const middle = (low + high) / 2;
    if (atMost(count, runs, middle) > 1 - CONFIDENCE) low = middle;
    else high = middle;
  }
  return high;
};
