// What generated validators stand on, and what their results look like.
export { arrayOf, contains, items, maxItems, minItems, tuple, uniqueItems } from './arrays.ts';
export { all, anything, type Breach, breach, type Check, lazy, never } from './check.ts';
export { anyOf, either, not, oneOf } from './choices.ts';
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
export { boolean, integer, list, nothing, number, record, string, types } from './kinds.ts';
export { exclusiveMaximum, exclusiveMinimum, maximum, minimum, multipleOf } from './numbers.ts';
export {
  dependency,
  matching,
  maxProperties,
  may,
  minProperties,
  need,
  object,
  others,
  own,
  properties,
  propertyNames,
} from './objects.ts';
export { format, maxLength, minLength, pattern } from './strings.ts';
export {
  createTable,
  createValidator,
  type Issue,
  type Result,
  type StandardResult,
  type Validator,
  type ValidatorTable,
} from './validator.ts';
export { among, amongEqual, constant, equal } from './values.ts';
