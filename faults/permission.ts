// Faults of permission: membership and roles that nobody checks, or that clients claim.
import type { ChannelTable, Seam } from '../runtime/server/index.ts';
import { isRefusal } from '../runtime/server/index.ts';
import { readAt, writeAt } from '../runtime/server/pointer.ts';
import type { ErrorCondition, RequirementTable } from '../runtime/server/table.ts';
import { type CauseNow, withCause } from './current-cause.ts';
import { changeClientRows, changeTables } from './decorate-channels.ts';
import { changeOutgoing, changeTransport } from './decorate-transport.ts';
import { by, type Fault, type Intended } from './fault.ts';
import { clientPingTypes, hasRooms } from './kinds.ts';
import { rewritten } from './message-text.ts';

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

const codeFor = (table: ChannelTable, when: ErrorCondition): string | undefined =>
  table.error?.codes.find((row) => row.when === when)?.code;

/** Errors that answer a join and carry the code of that condition get the code of another one. */
const joiningCode = (when: ErrorCondition) => (seam: Seam) => {
  const { seam: caused, cause } = withCause(seam);
  return changeOutgoing(caused, ({ table, type, isDirect, message }) => {
    const place = table.error?.code;
    const isJoin = isDirect && type === table.error?.type && cause()?.type === table.room?.join?.type;
    const other = table.error?.codes.find((row) => row.when !== when && row.code !== codeFor(table, when))?.code;
    if (!isJoin || place == null || other === undefined) return [message];
    return [
      rewritten(message, (value) =>
        readAt(value, place) === codeFor(table, when) ? writeAt(value, place, other) : value,
      ),
    ];
  });
};

/** Messages that have to do with neither rooms nor heartbeats, and are for everybody. */
const isFree = (table: ChannelTable, type: string): boolean =>
  table.client[type]?.requires.length === 0 &&
  !clientPingTypes(table).has(type) &&
  ![table.room?.join?.type, table.room?.leave?.type, table.resync?.request.type].includes(type);

const mayBeForbidden: Fault['appliesTo'] = (table) =>
  hasRooms(table) && table.room?.join?.room != null && !table.room.join.onlyAddress;

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
  {
    id: 'permission/wrong-mismatch-code',
    sentence: 'Who joins another room than that of the address gets the code of another error.',
    intended: [by('permission/room-mismatch-code', 'wrong-code')],
    appliesTo: (table) => canMismatch(table) && codeFor(table, 'room-mismatch') !== undefined,
    apply: joiningCode('room-mismatch'),
  },
  {
    id: 'permission/forbidden-room-joined',
    sentence: 'Whoever is connected may join every room.',
    intended: [silent('join-forbidden-refused'), effect('join-forbidden')],
    appliesTo: mayBeForbidden,
    apply: (seam) => ({
      ...seam,
      handlers: (plain, channel) => {
        const handlers = seam.handlers(plain, channel);
        return {
          ...handlers,
          enter: async (context) => {
            try {
              return await handlers.enter?.(context);
            } catch (error) {
              if (isRefusal(error)) return null;
              throw error;
            }
          },
        };
      },
    }),
  },
  {
    id: 'permission/wrong-join-forbidden-code',
    sentence: 'Who joins a room that is closed to them gets the code of another error.',
    intended: [by('permission/join-forbidden-code', 'wrong-code')],
    appliesTo: (table) => mayBeForbidden(table) && codeFor(table, 'forbidden') !== undefined,
    apply: joiningCode('forbidden'),
  },
  {
    id: 'permission/all-need-membership',
    sentence: 'Requests that are for everybody are refused to those who have not joined.',
    intended: [by('delivery/direct-without-membership')],
    appliesTo: (table) =>
      hasRooms(table) && Object.keys(table.client).some((type) => isFree(table, type) && table.client[type]?.reply),
    apply: (seam) =>
      changeClientRows(seam, (row, type, table) =>
        isFree(table, type)
          ? { requires: [{ condition: 'membership', error: 'not-joined' }] }
          : { requires: row.requires },
      ),
  },
];
