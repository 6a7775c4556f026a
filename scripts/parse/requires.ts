// x-ws-requires: what a connection needs before a server acts on its message, and the error when it has it not.
import type { Requirement } from '../model.ts';
import { errorConditions } from './error-report.ts';
import { traitField } from './operations.ts';
import { needChoice, needText, readChoice, readFact, readList } from './read.ts';
import type { Value } from './value.ts';

export function parseRequirements(operation: Value): Requirement[] {
  return readList(traitField(operation, 'x-ws-requires').resolve()).flatMap(parseRequirement);
}

function parseRequirement(row: Value): Requirement[] {
  const condition = needChoice(row, 'condition', ['membership', 'role']);
  if (condition === undefined) return [];
  const error = readChoice(row.field('error'), errorConditions);
  if (condition === 'membership') return [{ condition, error: error ?? 'not-joined', ...readFact(row) }];
  const role = needText(row, 'role', 'the role that is needed');
  return role === undefined ? [] : [{ condition, role, error: error ?? 'forbidden', ...readFact(row) }];
}
