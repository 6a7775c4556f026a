// What is taken and what is rejected: schemas, types and JSON in both directions, and the error that answers.
import { faultyRules } from './faulty.ts';
import { boundsAnswered, invalidAnswered, invalidCode, invalidNoEffect, invalidPointer } from './invalid.ts';

export const validationRules = [
  ...faultyRules,
  invalidAnswered,
  invalidCode,
  invalidPointer,
  invalidNoEffect,
  boundsAnswered,
];
