// RFC 3339 section 5.6 date-time, date and time, read digit by digit: a regular expression costs more than parsing the message.

const ZERO = 48;
const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;

export function isDateTime(text: string): boolean {
  // `T` may be lower case; a space in its place is a habit that the grammar does not have.
  return text.length >= 20 && (text.charCodeAt(10) | 32) === 116 && isDateAt(text) && isTimeAt(text, 11);
}

export function isDate(text: string): boolean {
  return text.length === 10 && isDateAt(text);
}

/** A full-time: with an offset or `Z`. */
export function isTime(text: string): boolean {
  return isTimeAt(text, 0);
}

/** Two digits as a number; beyond 99 where they are no digits. */
function pair(text: string, at: number): number {
  const tens = text.charCodeAt(at) - ZERO;
  const ones = text.charCodeAt(at + 1) - ZERO;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : 100;
}

function isDateAt(text: string): boolean {
  if (text.charCodeAt(4) !== 45 || text.charCodeAt(7) !== 45) return false;
  const century = pair(text, 0);
  const decade = pair(text, 2);
  const month = pair(text, 5);
  const day = pair(text, 8);
  if (century > 99 || decade > 99 || month < 1 || month > 12 || day < 1) return false;
  if (day <= 28) return true;
  const isLeap = decade === 0 ? century % 4 === 0 : decade % 4 === 0;
  return day <= (month === 2 && isLeap ? 29 : (DAYS[month - 1] ?? 0));
}

function isTimeAt(text: string, start: number): boolean {
  if (text.charCodeAt(start + 2) !== 58 || text.charCodeAt(start + 5) !== 58) return false;
  const hour = pair(text, start);
  const minute = pair(text, start + 3);
  const second = pair(text, start + 6);
  if (hour > 23 || minute > 59 || second > 60) return false;
  let at = start + 8;
  if (text.charCodeAt(at) === 46) {
    const first = ++at;
    while (isDigit(text.charCodeAt(at))) at++;
    if (at === first) return false;
  }
  const zone = text.charCodeAt(at);
  if ((zone | 32) === 122) return at + 1 === text.length && isSecond(second, hour, minute);
  if ((zone !== 43 && zone !== 45) || text.length !== at + 6 || text.charCodeAt(at + 3) !== 58) return false;
  const offsetHour = pair(text, at + 1);
  const offsetMinute = pair(text, at + 4);
  if (offsetHour > 23 || offsetMinute > 59) return false;
  const offset = (offsetHour * 60 + offsetMinute) * (zone === 43 ? -1 : 1);
  const utc = (hour * 60 + minute + offset + 2 * 1440) % 1440;
  return isSecond(second, Math.floor(utc / 60), utc % 60);
}

/** Section 5.7: a leap second is the last of a day in UTC. */
function isSecond(second: number, hour: number, minute: number): boolean {
  return second < 60 || (hour === 23 && minute === 59);
}

function isDigit(code: number): boolean {
  return code >= ZERO && code <= 57;
}
