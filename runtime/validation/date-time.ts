// RFC 3339 section 5.6 date-time, date and time: expressions for what stands for itself, code for what depends on more than one
// part.

/** Any day but those that a month never has. */
const DATE = String.raw`\d{4}-(?!00|02-3|(?:0[469]|11)-31)(?:0\d|1[0-2])-(?!00)(?:[0-2]\d|3[01])`;
const TIME = String.raw`(?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d+)?(?:[Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)`;

const expression = (source: string): RegExp => new RegExp(`^${source}$`);
const dateTime = /* @__PURE__ */ expression(`${DATE}[Tt]${TIME}`);
const date = /* @__PURE__ */ expression(DATE);
const time = /* @__PURE__ */ expression(TIME);

// `T` may be lower case; a space in its place is a habit that the grammar does not have.
export const isDateTime = (text: string): boolean => dateTime.test(text) && isDay(text) && isSecond(text, 17);

export const isDate = (text: string): boolean => date.test(text) && isDay(text);

/** A full-time: with an offset or `Z`. */
export const isTime = (text: string): boolean => time.test(text) && isSecond(text, 6);

/** Appendix C: the 29th of February is in leap years only. */
function isDay(text: string): boolean {
  // First by what costs least: nearly every text ends here.
  if (text.charCodeAt(9) !== 57 || !text.startsWith('02-29', 5)) return true;
  const year = Number(text.slice(0, 4));
  return year % (year % 100 === 0 ? 400 : 4) === 0;
}

/** Section 5.7: a leap second is the last of a day in UTC. */
function isSecond(text: string, at: number): boolean {
  if (text.charCodeAt(at) !== 54) return true;
  const [, sign, hours, minutes] = /([+-])(..):(..)$/.exec(text.slice(at)) ?? [];
  const minuteOf = (hour: string | undefined, minute: string | undefined) => Number(hour) * 60 + Number(minute);
  const local = minuteOf(text.slice(at - 6, at - 4), text.slice(at - 3, at - 1));
  const offset = sign ? minuteOf(hours, minutes) * (sign === '+' ? 1 : -1) : 0;
  return (local - offset + 1440) % 1440 === 1439;
}
