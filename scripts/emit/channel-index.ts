// Emits `index.ts` of a channel. Its client and its server stay modules of their own, so that a browser never loads the
// server's.
import type { Contract } from '../model.ts';
import { channelFolder } from './names.ts';
import { header } from './printer.ts';

const MODULES = ['types', 'validators', 'close-codes'];

export function emitChannelIndex(contract: Contract): Map<string, string> {
  const lines = [header(contract), '', ...MODULES.map((name) => `export * from './${name}.js';`)];
  const text = `${lines.join('\n')}\n`;
  return new Map(contract.channels.map((channel) => [`${channelFolder(contract, channel)}/index.ts`, text]));
}
