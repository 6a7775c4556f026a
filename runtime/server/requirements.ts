// Which room a message is meant for, and whether its connection may send it there: membership, then permission.

import { readAt } from './pointer.ts';
import { refuse } from './refusal.ts';
import type { Session } from './session.ts';
import type { ClientMessageTable, RequirementTable, RoomMessageTable } from './table.ts';
import { CHANNEL_ROOM } from './topics.ts';

const roomText = (value: unknown): string | null =>
  typeof value === 'string' ? value : typeof value === 'number' ? String(value) : null;

/** The room that a message is meant for; null: none. */
export const roomOf = (session: Session, type: string, message: unknown): string | null => {
  const { room } = session.hub.table;
  if (!room || room.scope === 'channel') return CHANNEL_ROOM;
  const own = type === room.join?.type ? room.join : type === room.leave?.type ? room.leave : null;
  const place = own ? own.room : room.selector;
  const named = place === null ? null : roomText(readAt(message, place));
  return named ?? session.facts.addressRoom;
};

/** Throws where a join or leave is bound to the address and names another room. */
export const refuseMismatch = (session: Session, row: RoomMessageTable, room: string | null): void => {
  if (row.onlyAddress && room !== session.facts.addressRoom) {
    throw refuse('room-mismatch', 'The room is not the one of this connection.', row.room ?? undefined);
  }
};

const words: { readonly [condition in RequirementTable['condition']]: string } = {
  membership: 'This connection has not joined the room.',
  role: 'This needs a role that the user does not have.',
};

/** Throws the error of the first requirement that is not met. */
export const refuseUnmet = (session: Session, row: ClientMessageTable, room: string | null): void => {
  const unmet = (requirement: RequirementTable): boolean =>
    requirement.condition === 'membership'
      ? room === null || !session.rooms.has(room)
      : !session.facts.roles.has(requirement.role);
  // Membership is checked before permission, in whatever order the contract lists them.
  for (const condition of ['membership', 'role'] as const) {
    const requirement = row.requires.find((one) => one.condition === condition && unmet(one));
    if (requirement) throw refuse(requirement.error, words[condition]);
  }
};
