// What each null server keeps all the same: whatever else it passes, a rule has given away.
import type { nullServers } from './index.ts';

// All of them are made by a library that keeps RFC 6455, and they are open to everybody: that much is true of them.
const ofItsLibrary: Readonly<Record<string, string>> = {
  'handshake/accepts-valid-connection': 'It does accept everybody, and keeps the connection open.',
  'handshake/parameter-bounds-accepted': 'It accepts everybody, whatever the parameters are.',
  'handshake/query-bounds-accepted': 'It accepts everybody, whatever the query is.',
  'handshake/plain-http-status': 'The library answers a plain request with 426, as the contract has it.',
  'handshake/no-compression': 'The library negotiates no compression unless told to.',
  'close-codes/normal-answered': 'The library answers a close frame.',
  'close-codes/protocol-error-code': 'The library closes with 1002 where a frame breaks the protocol.',
  'close-codes/declared': 'The only codes that were seen are those two.',
};

/** Rules that each may pass, and why that is no gift. */
export const deserved: { readonly [name in keyof typeof nullServers]: Readonly<Record<string, string>> } = {
  silent: ofItsLibrary,
  echo: ofItsLibrary,
  'closes-at-once': {},
  flood: ofItsLibrary,
};
