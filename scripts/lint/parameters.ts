// Path parameters are in the address and in the list, and rules name those that are.
import { addressParameters } from '../parse/parameters.ts';
import type { LintInput } from './lint.ts';

export function checkParameters({ contract, document, report }: LintInput): void {
  const addresses = new Map<string, string>();
  for (const channel of contract.channels) {
    const names = addressParameters(channel.address);
    // Parameters are anything: by their names alone a server cannot tell two addresses apart.
    const path = `${channel.pathname}${channel.address.replace(/\{[^{}]*\}/g, '{}')}`;
    const place = `${channel.server} ${path}`;
    const first = addresses.get(place);
    if (first === undefined) addresses.set(place, channel.name);
    else {
      report('address-taken', `${channel.source.pointer}/address`, {
        message: `The channels ${JSON.stringify(first)} and ${JSON.stringify(channel.name)} have one address, ${channel.pathname}${channel.address}: a connection cannot be told to belong to the one or the other.`,
        expected: 'an address of its own for each channel of a server',
        found: channel.address,
        fix: 'Give one of them another address, or make them one channel.',
      });
    }
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
