// The delivery words as a truth table over the parties of a check: how many copies each of them gets.
import type { DeliveryWord } from '../../../scripts/model.ts';

export const parties = ['sender', 'second', 'peer1', 'peer2', 'outsider', 'leaver'] as const;
/** `second`: another connection of the sender's user; `outsider`: in another room; `leaver`: joined, and left. */
export type Party = (typeof parties)[number];

const rows: Readonly<Record<DeliveryWord, Readonly<Record<Party, 0 | 1>>>> = {
  direct: { sender: 1, second: 0, peer1: 0, peer2: 0, outsider: 0, leaver: 0 },
  room: { sender: 1, second: 1, peer1: 1, peer2: 1, outsider: 0, leaver: 0 },
  others: { sender: 0, second: 1, peer1: 1, peer2: 1, outsider: 0, leaver: 0 },
  'other-users': { sender: 0, second: 0, peer1: 1, peer2: 1, outsider: 0, leaver: 0 },
  // Of the addressed user, which is the first peer's here.
  user: { sender: 0, second: 0, peer1: 1, peer2: 0, outsider: 0, leaver: 0 },
  everyone: { sender: 1, second: 1, peer1: 1, peer2: 1, outsider: 1, leaver: 1 },
};

export function copiesFor(word: DeliveryWord, party: Party): 0 | 1 {
  return rows[word][party];
}
