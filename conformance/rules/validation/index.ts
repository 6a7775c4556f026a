// What is taken and what is rejected: schemas, types and JSON in both directions, and the error that answers.
import { acceptsExamples, boundsAccepted } from './accepts.ts';
import { serverFieldsNotTaken, unknownAccepted, unknownNotRelayed } from './client-values.ts';
import { errorDirect, errorId, errorIdAbsent, errorText, staysOpen } from './error-report.ts';
import { faultyRules } from './faulty.ts';
import { hostileRules } from './hostile.ts';
import { boundsAnswered, invalidAnswered, invalidCode, invalidNoEffect, invalidPointer } from './invalid.ts';
import { sentKnown, sentValid, sentValidDecided } from './sent.ts';

export const validationRules = [
  acceptsExamples,
  boundsAccepted,
  ...faultyRules,
  invalidAnswered,
  invalidCode,
  invalidPointer,
  invalidNoEffect,
  boundsAnswered,
  staysOpen,
  errorDirect,
  errorText,
  errorId,
  errorIdAbsent,
  unknownAccepted,
  unknownNotRelayed,
  serverFieldsNotTaken,
  ...hostileRules,
  sentValid,
  sentValidDecided,
  sentKnown,
];
