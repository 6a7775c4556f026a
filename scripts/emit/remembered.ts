// Remembers what costly steps of emission gave for their last inputs: while a document is watched, most channels stay as they are.

/** Of more inputs than this the oldest are forgotten: more channels than any document known to us has. */
const limit = 200;

/** `work` must depend on its input alone, and the input be plain data. What it throws is not remembered. */
export function remembered<I, O>(work: (input: I) => O): (input: I) => O {
  const results = new Map<string, O>();
  return (input) => {
    const key = JSON.stringify(input);
    const known = results.get(key);
    const result = known ?? work(input);
    results.delete(key);
    results.set(key, result);
    for (const oldest of results.keys()) {
      if (results.size <= limit) break;
      results.delete(oldest);
    }
    return result;
  };
}
