// The bytes layer: requests for an upgrade with lines and bytes bent, and bytes that never were a request.
import type { Dice } from './dice.ts';
import { upgradeRequest } from './peer.ts';

const lines = [
  'Upgrade: h2c',
  'Upgrade: websocket, h2c',
  'Connection: close',
  'Connection: keep-alive, Upgrade',
  'Transfer-Encoding: chunked',
  'Content-Length: 5',
  'Content-Length: -1',
  'Content-Length: 5, 6',
  'Sec-WebSocket-Version: 12',
  'Sec-WebSocket-Version: 99999999999',
  'Sec-WebSocket-Key: x',
  'Sec-WebSocket-Key:',
  'Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=99',
  'Sec-WebSocket-Extensions: ,,;=',
  'Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits="',
  'Host:',
  'Host: a b',
  'Host: x\u0000',
  'Sec-WebSocket-Protocol: a,,b',
  'Sec-WebSocket-Protocol: a, a',
  'Origin: null',
  'Expect: 100-continue',
  'X: \u0001',
  ': x',
  ' folded',
  'Cookie: a=b; a=b',
  'X-Forwarded-For: 1.2.3.4, \u00ff',
  'no colon',
];
const paths = [
  '/',
  '//',
  '*',
  '/../..',
  '/%',
  '/%ff',
  '/%00',
  '/%2e%2e/',
  '?',
  '/?'.repeat(40),
  '/{x}',
  'http://[',
  '/\u00e4',
  '/a b',
];
const methods = ['POST', 'HEAD', 'OPTIONS', 'CONNECT', 'TRACE', 'get', 'PRI', 'X'.repeat(40), ''];

const bendTarget = (dice: Dice, target: string): string => {
  const at = dice.below(target.length);
  switch (dice.below(6)) {
    case 0:
      return dice.pick(paths);
    case 1:
      return target.slice(0, at) + dice.pick(['%', '%00', '&', '?', '#', '/', '..', '%C3%28', '=']) + target.slice(at);
    case 2:
      return `${target}&${target.split('?')[1] ?? ''}`;
    case 3:
      return target.slice(0, at);
    case 4:
      return target + 'x'.repeat(dice.pick([1, 1000, 9000, 20_000]));
    default:
      return target.replace(/\/[^/?]*(?=\/|\?|$)/, `/${dice.pick(paths)}`);
  }
};

const bendLines = (dice: Dice, request: string[]): void => {
  const at = dice.below(request.length);
  switch (dice.below(6)) {
    case 0:
      request.splice(at, 1);
      break;
    case 1:
      request.splice(at, 0, request[at]!);
      break;
    case 2:
    case 3:
      request.splice(1 + dice.below(request.length), 0, dice.pick(lines));
      break;
    case 4:
      request.push(...Array.from({ length: dice.pick([1, 50, 200]) }, (_, index) => `X-${index}: ${'y'.repeat(80)}`));
      break;
    default: {
      const [, target = '/', version = ''] = request[0]!.split(' ');
      request[0] = `${dice.pick(methods)} ${target} ${dice.pick([version, 'HTTP/1.0', 'HTTP/2.0', 'HTTP/1.1 x', ''])}`;
    }
  }
};

/** What a client sends to begin with; a valid request at times. */
export const hostileRequest = (dice: Dice, url: URL): Buffer => {
  if (dice.chance(0.15)) return dice.bytes(1 + dice.length(3000));
  const request = [...upgradeRequest(url)];
  if (dice.chance(0.5)) {
    const [method, target = '/', version] = request[0]!.split(' ');
    request[0] = `${method} ${bendTarget(dice, target)} ${version}`;
  }
  for (let times = dice.below(3); times > 0; times -= 1) if (request.length > 0) bendLines(dice, request);
  const bytes = Buffer.from(
    `${request.join(dice.chance(0.9) ? '\r\n' : dice.pick(['\n', '\r', '\r\n\r\n']))}\r\n\r\n`,
    'latin1',
  );
  if (dice.chance(0.8)) return bytes;
  for (let times = 1 + dice.below(4); times > 0; times -= 1) bytes[dice.below(bytes.length)] = dice.below(256);
  return dice.chance(0.3) ? bytes.subarray(0, dice.below(bytes.length)) : bytes;
};
