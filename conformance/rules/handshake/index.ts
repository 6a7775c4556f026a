// The opening handshake: who is let in, and how everything else is answered.
import { acceptsValidConnection } from './accepts-valid-connection.ts';
import { plainHttp } from './plain-http.ts';

export const handshakeRules = [acceptsValidConnection, plainHttp];
