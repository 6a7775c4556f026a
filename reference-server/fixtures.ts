// Who exists in the bundled server, and who may enter what. README.md lists the same for people.

import type { User } from 'wirepact/server';

const names = ['alice', 'bob', 'carol', 'dave', 'erin', 'frank', 'grace'];

/** Owner of every campaign: the dungeon master of every game session. */
export const dungeonMaster: User = { id: '8', name: 'dana' };

/** Valid, but a participant of no climbing session and welcome in no members' room. */
export const outsider: User = { id: '9', name: 'oscar' };

/** Nobody: a token of this user is well made and must be refused. */
export const unknownUser: User = { id: '99', name: 'nobody' };

const crowd: readonly User[] = Array.from({ length: 100 }, (_, index) => ({
  id: String(100 + index),
  name: `guest-${100 + index}`,
}));

/** Seven people by name, the dungeon master, the outsider, and a crowd for tests. */
export const users: readonly User[] = [
  ...names.map((name, index) => ({ id: String(index + 1), name })),
  dungeonMaster,
  outsider,
  ...crowd,
];

const known = new Set(users.map((user) => user.id));

/** The user of a token; the token's name stands. Null: unknown. */
export const findUser = (id: string, name: string): User | null => (known.has(id) ? { id, name } : null);

export interface GameSession {
  readonly campaignId: number;
  /** Id of the campaign's owner, who is the dungeon master. */
  readonly owner: string;
}

/** Game sessions 1 to 100 exist. */
export const findGameSession = (sessionId: number): GameSession | null =>
  sessionId >= 1 && sessionId <= 100 ? { campaignId: 1000 + sessionId, owner: dungeonMaster.id } : null;

/** The only chat room that is closed to somebody. */
const CLOSED_ROOM = 'backstage';

/** Any room may be entered, but the closed one only by the dungeon master. */
export const mayEnterChat = (user: User, room: string): boolean => room !== CLOSED_ROOM || user.id === dungeonMaster.id;

// Sessions 01 to 20 (hexadecimal) pair the crowd, two sessions a pair: 01 and 02 are of 100 and 101, 03 and 04 of 102 and 103,
// ...; session 00 is alice's and bob's.
const climbingSession = /^00000000-0000-4000-8000-0000000000([0-2][0-9a-f])$/;

/** Inviter and invitee of a climbing session; null: no such session. */
export const climbingParticipants = (sessionId: string): readonly [inviter: string, invitee: string] | null => {
  const number = Number.parseInt(climbingSession.exec(sessionId)?.[1] ?? '', 16);
  if (Number.isNaN(number) || number > 32) return null;
  if (number === 0) return ['1', '2'];
  const pair = Math.ceil(number / 2);
  return [String(98 + 2 * pair), String(99 + 2 * pair)];
};
