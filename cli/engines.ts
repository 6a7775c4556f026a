// Which engine `--engine` names.
import { type Engine, memoryEngine, systemClock } from '../runtime/server/index.ts';
import { UsageError } from './exit-codes.ts';

const engines: { readonly [kind: string]: (rest: string) => Engine } = {
  memory: () => memoryEngine({ clock: systemClock }),
};

/** Throws a {@link UsageError} for an unknown one. */
export function openEngine(text: string): Engine {
  const [kind = '', ...rest] = text.split(':');
  const open = Object.hasOwn(engines, kind) ? engines[kind] : undefined;
  if (open !== undefined) return open(rest.join(':'));
  throw new UsageError(`There is no engine "${text}". Known: ${Object.keys(engines).join(', ')}.`);
}
