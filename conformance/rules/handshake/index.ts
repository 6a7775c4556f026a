// The opening handshake: who is let in, and how everything else is answered.
import type { Rule } from '../../rule.ts';
import { acceptsValidConnection } from './accepts-valid-connection.ts';
import { noCompression } from './compression.ts';
import { firstFramesProcessed, nothingBeforeAccept } from './first-frames.ts';
import { parameterBoundsAccepted, parameterRefused, parameterStatus } from './parameters.ts';
import { plainHttp } from './plain-http.ts';
import { queryBoundsAccepted, queryRefused, queryStatus } from './query.ts';
import { unknownPathRefused, unknownPathStatus } from './unknown-path.ts';

export const handshakeRules: readonly Rule[] = [
  acceptsValidConnection,
  plainHttp,
  unknownPathRefused,
  unknownPathStatus,
  parameterRefused,
  parameterStatus,
  parameterBoundsAccepted,
  queryRefused,
  queryStatus,
  queryBoundsAccepted,
  noCompression,
  nothingBeforeAccept,
  firstFramesProcessed,
];
