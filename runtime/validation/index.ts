// What generated validators stand on, and what their results look like.
export { codePointLength } from './code-points.ts';
export { isDate, isDateTime, isTime } from './date-time.ts';
export { deepEqual } from './deep-equal.ts';
export { type Dispatched, dispatch } from './dispatch.ts';
export {
  isEmail,
  isHostname,
  isIpv4,
  isIpv6,
  isJsonPointer,
  isRegex,
  isUri,
  isUriReference,
  isUuid,
} from './formats.ts';
export type { Breach, Compiled } from './issues.ts';
export {
  createValidator,
  type Issue,
  type Result,
  type StandardResult,
  type Validator,
  type ValidatorTable,
} from './validator.ts';
