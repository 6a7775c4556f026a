// Close codes that no other family brings about, and that none is sent which the contract does not have.
import type { ServerRule } from '../index.ts';
import { normalAnswered, protocolErrorCode, protocolErrorEnds, serverError } from './closing.ts';
import { declared } from './declared.ts';

export const closeCodesRules: readonly ServerRule[] = [
  normalAnswered,
  protocolErrorEnds,
  protocolErrorCode,
  declared,
  serverError,
];
