// The rules of the family `shutdown`.
import type { Rule } from '../../rule.ts';
import { acceptedDelivered, code, exitsInTime, noPresence, refusesNew } from './rules.ts';

export const shutdownRules: readonly Rule[] = [code, noPresence, acceptedDelivered, refusesNew, exitsInTime];
