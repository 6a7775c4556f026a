// Plain HTTP requests: on a channel's address the contract's answer, elsewhere the server's own, or 404.

import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Gates } from './gates.ts';
import { refusalFor } from './handshake.ts';
import { splitUrl } from './upgrade.ts';

/** Answers a plain HTTP request that no channel's address matches; false: it is not its either. */
export type HttpHandler = (request: IncomingMessage, response: ServerResponse) => boolean | Promise<boolean>;

export interface PlainOptions {
  readonly gates: Gates;
  readonly http: HttpHandler | null;
  /** Added to every response. */
  readonly headers: { readonly [name: string]: string };
  /** Writes down what went wrong inside. */
  readonly report: (event: string, error: unknown) => void;
}

const addHeaders = (response: ServerResponse, headers: PlainOptions['headers']): void => {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
};

const writeStatus = (response: ServerResponse, status: number): void => {
  const upgrade = status === 426 ? { connection: 'Upgrade', upgrade: 'websocket' } : {};
  response.writeHead(status, { 'content-type': 'text/plain', ...upgrade });
  response.end(STATUS_CODES[status]);
};

/** Answers a plain request to the address of a channel; false: it is none, and nothing was written. */
export const answerOnAddress = (
  { gates, headers }: Pick<PlainOptions, 'gates' | 'headers'>,
  request: IncomingMessage,
  response: ServerResponse,
): boolean => {
  const found = gates.find(splitUrl(request.url).path);
  if (!found) return false;
  addHeaders(response, headers);
  const refusal = refusalFor(found.gate.hub, 'plain-http');
  writeStatus(response, refusal.by === 'status' ? refusal.status : 404);
  return true;
};

/** Answers any plain request; never rejects. */
export const answerPlain = async (
  options: PlainOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  if (answerOnAddress(options, request, response)) return;
  addHeaders(response, options.headers);
  try {
    if (await options.http?.(request, response)) return;
    writeStatus(response, 404);
  } catch (error) {
    options.report('request-failed', error);
    if (response.headersSent) response.destroy();
    else writeStatus(response, 500);
  }
};
