// Whether a server should be sent clients: it takes handshakes, and its engine answers.

import type { Seam } from './seam.ts';

export type Readiness = { readonly ready: true } | { readonly ready: false; readonly because: string };

// Nobody saves under this name; what counts is that the answer comes.
const PROBE = 'readiness';
const PROBE_MS = 1000;

const no = (because: string): Readiness => ({ ready: false, because });

/** Never rejects; decides within a second. */
export const readinessOf = async (seam: Seam, isServing: boolean, isEnding: boolean): Promise<Readiness> => {
  if (isEnding) return no('The server shuts down.');
  if (!isServing) return no('The server does not listen yet.');
  let cancel = (): void => {};
  const late = new Promise<boolean>((resolve) => {
    cancel = seam.clock.setTimeout(() => resolve(false), PROBE_MS);
  });
  const answer = seam.engine.load(PROBE).then(
    () => true,
    () => false,
  );
  const isThere = await Promise.race([answer, late]);
  cancel();
  return isThere ? { ready: true } : no('The engine cannot be reached.');
};
