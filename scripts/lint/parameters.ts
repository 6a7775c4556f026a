// Path parameters are in the address and in the list, and rules name those that are.
import { addressParameters } from '../parse/parameters.ts';
import type { LintInput } from './lint.ts';

export function checkParameters({ contract, document, report }: LintInput): void {
  for (const channel of contract.channels) {
    const names = addressParameters(channel.address);
    const listed = document.field('channels').field(channel.name).field('parameters');
    for (const [name] of listed.entries()) {
      if (names.includes(name)) continue;
      report('parameter-unused', listed.at(name).pointer, {
        severity: 'warning',
        message: `The parameter ${JSON.stringify(name)} is not in the address ${channel.address}.`,
        expected: `{${name}} in the address`,
        fix: 'Remove it, or add it to the address.',
      });
    }
    const { room } = channel;
    if (room?.parameter && !names.includes(room.parameter)) {
      report('parameter-unresolved', `${room.source.pointer}/parameter`, {
        message: `The address ${channel.address} has no parameter ${JSON.stringify(room.parameter)} to name the room.`,
        expected: names.length === 0 ? 'a parameter of the address; it has none' : `one of ${names.join(', ')}`,
        found: JSON.stringify(room.parameter),
        fix: 'Mend the name.',
      });
    }
  }
}
