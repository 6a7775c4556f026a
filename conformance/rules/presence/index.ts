// The rules of the family `presence`.
import type { Rule } from '../../rule.ts';
import { joinedNotToSelf, joinedTold, newcomerNotTold, rejoinSilent, secondConnectionSilent } from './coming.ts';
import { abruptEndTold, everyVisitTold, leaveTold, leftSilentWhileOpen, leftTold } from './going.ts';

export const presenceRules: readonly Rule[] = [
  joinedTold,
  joinedNotToSelf,
  secondConnectionSilent,
  rejoinSilent,
  newcomerNotTold,
  leftTold,
  abruptEndTold,
  leftSilentWhileOpen,
  leaveTold,
  everyVisitTold,
];
