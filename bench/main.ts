// Runs every benchmark, one after the other.
import { benchValidate } from './validate.ts';

for (const bench of [benchValidate]) await bench();
