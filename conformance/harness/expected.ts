// What a server message caused by something must contain: the fields that the contract's trigger writes, exactly.
import type { Field, Level, ServerMessage, Trigger } from '../../scripts/model.ts';
import type { Built } from './messages.ts';
import { brief, sameJson, valueAt } from './pointer.ts';
import type { SchemaIssue } from './schemas.ts';
import type { User } from './users.ts';

/** The cause, and who caused it. */
export interface Expected {
  readonly user: User | null;
  /** The client message; null for join, leave and open. */
  readonly sent: Built | null;
  readonly on?: 'message' | 'open' | 'join' | 'leave';
  readonly room?: string | null;
}

export interface Expectation {
  readonly key: string;
  /** Pointers that the trigger fills, for sentences. */
  readonly pointers: readonly string[];
  /** '' or what is wrong: schema (MUST keywords) and fields. */
  mismatch(value: unknown): string;
  /** How binding what is wrong is: SHOULD where only fields are that were decided. */
  level(value: unknown): Level;
  /** Whether the value is this message's: its marker, else all its fields (`now` and new ids apart). */
  isAbout(value: unknown): boolean;
}

export function triggerOf(message: ServerMessage, cause: Expected): Trigger | null {
  const on = cause.on ?? 'message';
  return (
    message.triggers.find((trigger) =>
      trigger.on === 'message' ? on === 'message' && trigger.message === cause.sent?.key : trigger.on === on,
    ) ?? null
  );
}

export function expectation(
  message: ServerMessage,
  cause: Expected,
  issuesOf: (value: unknown) => readonly SchemaIssue[],
): Expectation {
  const trigger = triggerOf(message, cause);
  const fields = trigger?.fields ?? [];
  const differing = (value: unknown) =>
    fields.map((field) => fieldMismatch(field, value, cause)).filter((text) => text !== '');
  const marked = cause.sent?.marker ?? null;
  return {
    key: message.key,
    pointers: fields.map((field) => field.target),
    mismatch(value) {
      const issues = issuesOf(value).filter((issue) => issue.level === 'MUST');
      return [...issues.map((issue) => issue.message), ...differing(value)].join('; ');
    },
    level(value) {
      const wrong = fields.filter((field) => fieldMismatch(field, value, cause) !== '');
      const isDecided = wrong.length > 0 && wrong.every(({ target }) => trigger?.should?.includes(target) === true);
      return isDecided && issuesOf(value).every((issue) => issue.level !== 'MUST') ? 'SHOULD' : 'MUST';
    },
    isAbout(value) {
      if (marked !== null && fields.some(({ source }) => source.from === 'message')) {
        const text = JSON.stringify(value) ?? '';
        return text.includes(marked);
      }
      return differing(value).length === 0;
    },
  };
}

function fieldMismatch(field: Field, value: unknown, cause: Expected): string {
  const seen = valueAt(value, field.target);
  const differs = (wanted: unknown) => `${field.target} is ${brief(seen)}, not ${brief(wanted)}`;
  const { source } = field;
  switch (source.from) {
    case 'message': {
      const wanted = valueAt(cause.sent?.value, source.pointer);
      return sameJson(seen, wanted) ? '' : differs(wanted);
    }
    case 'user-id':
      return cause.user === null || cause.user.id === '' || String(seen) === cause.user.id
        ? ''
        : differs(cause.user.id);
    case 'user-name':
      return cause.user === null || cause.user.id === '' || seen === cause.user.name ? '' : differs(cause.user.name);
    case 'room': {
      const room = cause.room ?? cause.sent?.room ?? null;
      return room === null || String(seen) === room ? '' : differs(room);
    }
    case 'now':
      return isRecent(seen) ? '' : `${field.target} is ${brief(seen)}, not the present time`;
    case 'new-id':
      return (typeof seen === 'string' && seen !== '') || typeof seen === 'number'
        ? ''
        : `${field.target} is ${brief(seen)}, not an id`;
    default:
      return sameJson(seen, source.value) ? '' : differs(source.value);
  }
}

/** Within a day: the target's clock and time zone are its own. */
function isRecent(value: unknown): boolean {
  const at =
    typeof value === 'number'
      ? value < 1e11
        ? value * 1000
        : value
      : typeof value === 'string'
        ? Date.parse(value)
        : Number.NaN;
  return Math.abs(at - Date.now()) < 86_400_000;
}
