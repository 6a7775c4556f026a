// Which roles the rules have that globs name, so that a run for servers alone does not start a client.
import { listRules } from '../conformance/list-rules.ts';
import type { Role } from '../conformance/result.ts';
import { matchesGlob } from '../conformance/run-options.ts';
import { parseContract } from '../scripts/parse/load.ts';

/** Empty where no rule matches. */
export function rolesOf(document: string, globs: readonly string[]): ReadonlySet<Role> {
  const rows = listRules(parseContract(document)).filter(({ id, instances }) =>
    [id, ...instances.map((instance) => instance.id)].some((name) => globs.some((glob) => matchesGlob(glob, name))),
  );
  return new Set(rows.map(({ role }) => role));
}
