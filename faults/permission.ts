// Faults of permission: membership and roles that nobody checks, or that clients claim.
import type { ChannelTable, Seam } from '../runtime/server/index.ts';
import type { RequirementTable } from '../runtime/server/table.ts';
import { type CauseNow, withCause } from './current-cause.ts';
import { changeClientRows, changeTables } from './decorate-channels.ts';
import { changeTransport } from './decorate-transport.ts';
import { by, type Fault, type Intended } from './fault.ts';

type Condition = RequirementTable['condition'];

const requires =
  (condition: Condition): Fault['appliesTo'] =>
  (table) =>
    Object.values(table.client).some((row) => row.requires.some((one) => one.condition === condition));

const without =
  (condition: Condition) =>
  (seam: Seam): Seam =>
    changeClientRows(seam, ({ requires: rows }) => ({ requires: rows.filter((one) => one.condition !== condition) }));

const withError = (condition: Condition) => (seam: Seam) =>
  changeClientRows(seam, ({ requires: rows }) => ({
    requires: rows.map((one) => (one.condition === condition ? { ...one, error: 'unavailable' as const } : one)),
  }));

/** Roles that a connection has as well while a message of its own is handled. */
class ClaimedRoles extends Set<string> {
  readonly #cause: CauseNow;
  readonly #own: ReadonlySet<string>;

  constructor(own: ReadonlySet<string>, cause: CauseNow) {
    super(own);
    this.#own = own;
    this.#cause = cause;
  }

  override has(role: string): boolean {
    if (this.#own.has(role)) return true;
    const text = JSON.stringify(this.#cause()?.value ?? null);
    return new RegExp(`"(is_?)?${role}":true|"roles?":\\[?"${role}"`, 'i').test(text);
  }
}

const effect = (what: string): Intended => by(`permission/${what}-no-effect`, 'had-effect');
const silent = (what: string): Intended => by(`permission/${what}`, 'not-answered');

const canMismatch = (table: ChannelTable): boolean => table.room?.join?.onlyAddress === true;

export const permissionFaults: readonly Fault[] = [
  {
    id: 'permission/membership-unchecked',
    sentence: 'Messages are taken from connections that have not joined.',
    intended: [silent('membership-required'), effect('membership')],
    appliesTo: requires('membership'),
    apply: without('membership'),
  },
  {
    id: 'permission/membership-of-any-room',
    sentence: 'Who has joined one room may send to all.',
    intended: [silent('other-room-refused'), effect('other-room')],
    appliesTo: (table) => table.room?.selector != null && requires('membership')(table),
    apply: without('membership'),
  },
  {
    id: 'permission/wrong-membership-code',
    sentence: 'Who has not joined gets the code of another error.',
    intended: [by('permission/membership-code', 'wrong-code')],
    appliesTo: (table) => requires('membership')(table) && table.error !== null,
    apply: withError('membership'),
  },
  {
    id: 'permission/role-unchecked',
    sentence: 'Nobody checks the role.',
    intended: [silent('role-required'), effect('role')],
    appliesTo: requires('role'),
    apply: without('role'),
  },
  {
    id: 'permission/wrong-role-code',
    sentence: 'Who lacks the role gets the code of another error.',
    intended: [by('permission/role-code', 'wrong-code')],
    appliesTo: (table) => requires('role')(table) && table.error !== null,
    apply: withError('role'),
  },
  {
    id: 'permission/role-for-nobody',
    sentence: 'Who has the role is refused too.',
    intended: [by('permission/role-allowed', 'rejected')],
    appliesTo: requires('role'),
    apply: (seam) => changeTransport(seam, ({ inner }) => ({ facts: { ...inner.facts, roles: new Set<string>() } })),
  },
  {
    id: 'permission/role-from-client',
    sentence: 'Who says in a message that they have the role has it.',
    intended: [by('permission/role-not-from-client', 'had-effect')],
    appliesTo: requires('role'),
    apply: (seam) => {
      const { seam: caused, cause } = withCause(seam);
      return changeTransport(caused, ({ inner }) => ({
        facts: { ...inner.facts, roles: new ClaimedRoles(inner.facts.roles, cause) },
      }));
    },
  },
  {
    id: 'permission/role-before-membership',
    sentence: 'The role is checked before membership.',
    intended: [by('permission/membership-before-role', 'wrong-order')],
    appliesTo: (table) =>
      Object.values(table.client).some((row) => new Set(row.requires.map((one) => one.condition)).size > 1),
    apply: (seam) =>
      changeClientRows(seam, ({ requires: rows }) =>
        rows.some((one) => one.condition === 'role')
          ? { requires: rows.filter((one) => one.condition !== 'membership') }
          : {},
      ),
  },
  {
    id: 'permission/any-room-joined',
    sentence: 'A connection may join another room than that of its address.',
    intended: [silent('room-mismatch-refused'), effect('room-mismatch')],
    appliesTo: canMismatch,
    apply: (seam) =>
      changeTables(seam, ({ room }) => ({
        room: room && { ...room, join: room.join && { ...room.join, onlyAddress: false } },
      })),
  },
];
