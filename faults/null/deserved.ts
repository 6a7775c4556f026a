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

// Where a message to a room has the type of what was said, who said it gets it back from an echo, whole and alone. That
// nobody else gets it is what the rules on receivers find.
const back = 'What somebody says to a room comes back to him';
const ofItsEcho: Readonly<Record<string, string>> = {
  'handshake/first-frames-processed': `${back}, however soon it was said.`,
  'auth/token-not-echoed': 'No message that the suite sends holds a token.',
  'validation/accepts-examples': `${back}, as what was taken does.`,
  'validation/unknown-properties-accepted': `${back}, whatever is in it besides.`,
  'validation/deep-json-harmless': `${back} also after a message that is nested deeply.`,
  'validation/sent-valid-decided': `${back} in a form that is valid for both ways.`,
  'validation/sent-known': `${back} in a type that the contract has for both ways.`,
  'delivery/rooms-isolated': `${back}, and to nobody in another room.`,
  'delivery/joined-twice-gets-once': `${back} once, however often he has joined.`,
  'delivery/text-unchanged': `${back} as it was.`,
  'heartbeat/ping-is-no-message': 'The library answers a ping frame, and nothing else comes of it.',
  'limits/rate-within-accepted': `${back}, within the rate and beyond it.`,
  'limits/rate-recovers': `${back}, also after a pause.`,
  'limits/rate-per-connection': `${back}, whatever others send.`,
};

/** Rules that each may pass, and why that is no gift. */
export const deserved: { readonly [name in keyof typeof nullServers]: Readonly<Record<string, string>> } = {
  silent: ofItsLibrary,
  echo: { ...ofItsLibrary, ...ofItsEcho },
  'closes-at-once': {},
  flood: ofItsLibrary,
};
