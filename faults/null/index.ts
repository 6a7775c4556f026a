// The servers that no rule may take for a correct one.
import { closesAtOnce } from './closes-at-once.ts';
import { echo } from './echo.ts';
import { flood } from './flood.ts';
import type { Behaviour } from './null-server.ts';
import { silent } from './silent.ts';

export { type Behaviour, type NullServer, startNullServer } from './null-server.ts';

export const nullServers = { silent, echo, 'closes-at-once': closesAtOnce, flood } as const satisfies {
  readonly [name: string]: Behaviour;
};
