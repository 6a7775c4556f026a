// Emits `close-codes.ts` of a channel: its close codes as a frozen table, and by name.
import type { Channel, CloseCode, Contract } from '../model.ts';
import { camelCase, channelFolder, channelPrefix, uniqueNames } from './names.ts';
import { createPrinter, header, literal, propertyName } from './printer.ts';

export function emitCloseCodes(contract: Contract): Map<string, string> {
  return new Map(
    contract.channels.map((channel) => [
      `${channelFolder(contract, channel)}/close-codes.ts`,
      printCloseCodes(contract, channel),
    ]),
  );
}

function printCloseCodes(contract: Contract, channel: Channel): string {
  const prefix = channelPrefix(contract, channel);
  const table = `${camelCase(prefix)}CloseCodes`;
  const numbered = channel.closeCodes.filter(({ code }) => code !== 'other');
  const names = uniqueNames(numbered, ({ name }) => camelCase(name), '');

  const out = createPrinter();
  out.line(header(contract));
  out.line();
  out.doc(
    `Close codes of the channel by number, and \`other\` for every code without a row. \`client\` is what a client does.`,
  );
  out.block(`export const ${table} = /* @__PURE__ */ Object.freeze({`, '} as const);', () => {
    for (const row of channel.closeCodes) {
      out.doc(closeCodeDoc(row));
      const { code, name, sentBy, when, client } = row;
      out.line(`${code}: ${literal({ code, name, sentBy, when, client })},`);
    }
  });
  out.line();
  out.doc('Close codes of the channel by name.');
  out.block(`export const ${prefix}CloseCode = /* @__PURE__ */ Object.freeze({`, '} as const);', () => {
    for (const row of numbered) {
      out.doc(closeCodeDoc(row));
      out.line(`${propertyName(names.get(row) ?? row.name)}: ${row.code},`);
    }
  });
  out.line();
  out.doc('A close code that has a row.');
  const codes = numbered.map(({ code }) => String(code)).join(' | ');
  out.line(`export type ${prefix}CloseCode = ${codes === '' ? 'never' : codes};`);
  return out.toString();
}

const ACTIONS = {
  stop: 'The client stops.',
  'refresh-token': 'The client asks for a fresh token and retries at once.',
  retry: 'The client retries with backoff.',
  slow: 'The client retries with backoff, the first attempt spread out.',
} as const;

const SENDERS = {
  server: 'Sent by the server.',
  client: 'Sent by the client.',
  both: 'Sent by both sides.',
  nobody: 'Never sent: made up by the side that sees the connection end.',
} as const;

/** What a close code means, who sends it and what follows. */
export function closeCodeDoc(row: CloseCode): string {
  return [row.description ?? row.name, SENDERS[row.sentBy], ACTIONS[row.client]].join('\n');
}
