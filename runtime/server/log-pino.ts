// Structured logs: each entry a line of JSON by `pino`, or by any logger of its shape.

import type { Log } from './log.ts';

type Write = (fields: object, message: string) => void;

/** What is asked of a logger: `pino()` has it. */
export interface PinoLogger {
  readonly info: Write;
  readonly warn: Write;
  readonly error: Write;
}

/** A log for the server's `log` option: `pinoLog(pino())`. Openings and ends of connections are level info. */
export const pinoLog =
  (logger: PinoLogger): Log =>
  ({ level, event, channel, connection, detail }) => {
    const fields = { event, ...(channel !== null && { channel }), ...(connection !== null && { connection }) };
    logger[level](fields, detail);
  };
