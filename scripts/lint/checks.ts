// The checks of our own, in the order in which they run.
import type { Check } from './lint.ts';

export const checks: readonly Check[] = [];
