// Emits `index.ts` of the whole output: a namespace for each channel, since messages of two channels may share a name.
import type { Contract } from '../model.ts';
import { camelCase, channelFolder, channelPrefix } from './names.ts';
import { createPrinter, header } from './printer.ts';

export function emitIndexFile(contract: Contract): Map<string, string> {
  const out = createPrinter();
  out.line(header(contract));
  out.line();
  for (const channel of contract.channels) {
    out.doc(channel.title ?? channel.description);
    const name = namespaceName(channelPrefix(contract, channel));
    out.line(`export * as ${name} from './${channelFolder(contract, channel)}/index.js';`);
  }
  if (contract.channels.length === 0) out.line('export {};');
  return new Map([['index.ts', out.toString()]]);
}

const KEYWORDS = new Set(
  (
    'await break case catch class const continue debugger default delete do else enum eval export extends false finally for ' +
    'function if implements import in instanceof interface let new null package private protected public return static ' +
    'super switch this throw true try typeof var void while with yield arguments'
  ).split(' '),
);

function namespaceName(prefix: string): string {
  const name = camelCase(prefix);
  return KEYWORDS.has(name) ? `${name}Channel` : name;
}
