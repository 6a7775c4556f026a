// What all cases of a run share.
import type { Contract } from '../../scripts/model.ts';
import type { ServerProcess } from '../target/process.ts';
import type { Target } from '../target/target.ts';
import type { Clock } from './clock.ts';
import type { RunRecord } from './record.ts';
import type { References } from './references.ts';
import type { Schemas } from './schemas.ts';

export interface Session {
  readonly contract: Contract;
  readonly target: Target;
  readonly schemas: Schemas;
  readonly clock: Clock;
  readonly process: ServerProcess | null;
  readonly record: RunRecord;
  /** What this server wants to be named by ids of its own. */
  readonly references: References;
  /** What cases share: see {@link Kit.once}. */
  readonly memory: Map<string, Promise<unknown>>;
}
