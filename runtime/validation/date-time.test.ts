import { expect, test } from 'vitest';
import { isDate, isDateTime, isTime } from './date-time.ts';

const digits = (value: number, width = 2) => String(value).padStart(width, '0');
const range = (count: number) => Array.from({ length: count }, (_, index) => index);

test('the days of a month are those of the calendar', () => {
  for (const year of [0, 4, 100, 400, 1900, 2000, 2023, 2024, 2100, 9999])
    for (const month of range(14))
      for (const day of range(33)) {
        const text = `${digits(year, 4)}-${digits(month)}-${digits(day)}`;
        // The calendar repeats itself every 400 years; a Date takes years below 100 for others.
        const date = new Date(Date.UTC(2000 + (year % 400), month - 1, day));
        const exists = month >= 1 && month <= 12 && day >= 1 && date.getUTCMonth() === month - 1;
        expect(isDate(text), text).toBe(exists);
        expect(isDateTime(`${text}T00:00:00Z`), text).toBe(exists);
      }
});

test('a leap second ends a day of UTC, wherever it is read', () => {
  for (const zone of range(48)) {
    const offset = (zone - 24) * 30;
    const local = (1439 + offset + 1440) % 1440;
    const at = (minute: number) => `${digits(Math.floor(minute / 60))}:${digits(minute % 60)}:60`;
    const sign = offset < 0 ? '-' : '+';
    const suffix = `${sign}${digits(Math.floor(Math.abs(offset) / 60))}:${digits(Math.abs(offset) % 60)}`;
    expect(isTime(at(local) + suffix), suffix).toBe(true);
    expect(isDateTime(`1998-12-31T${at(local)}.5${suffix}`), suffix).toBe(true);
    expect(isTime(at((local + 1) % 1440) + suffix), suffix).toBe(false);
  }
});
