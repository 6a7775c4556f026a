// Rooms can be named and entered.
import type { LintInput } from './lint.ts';

export function checkRoom({ contract, report }: LintInput): void {
  for (const { name, room } of contract.channels) {
    if (room === null || room.scope === 'channel') continue;
    const at = room.source.pointer;
    if (!room.joinOnOpen && room.join === null) {
      report('room-join', `${at}/join`, {
        message: `Nobody can enter a room of ${JSON.stringify(name)}: it is joined neither on open nor by a message.`,
        expected: 'joinOnOpen: true, or join: { message: KEY }',
        fix: 'Add one of them.',
      });
    }
    if (room.parameter === null && room.join?.room == null && room.selector === null) {
      report('room-name', `${at}/parameter`, {
        message: `Nothing names a room of ${JSON.stringify(name)}.`,
        expected: 'parameter: NAME of the address, or join.room: POINTER',
        fix: 'Add parameter with the name of the path parameter.',
      });
    }
  }
}
