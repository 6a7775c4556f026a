// Answers `GET .../ws/room/{session_id}/info`, the part of tabletop that is plain HTTP.

import type { IncomingMessage } from 'node:http';
import type { ContractServer, HttpHandler, TokenVerifier } from 'wirepact/server';
import { findGameSession } from './fixtures.ts';
import { playersOf, tabletop } from './tabletop.ts';

const { table } = tabletop.contract;
const pattern = new RegExp(`^${table.pathname}/ws/room/([1-9][0-9]{0,9})/info$`);

const tokenOf = (request: IncomingMessage, search: URLSearchParams): string => {
  const bearer = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
  return bearer ?? search.get(table.auth?.parameter ?? 'token') ?? '';
};

const roomInfo = async (server: ContractServer, sessionId: number): Promise<object | null> => {
  const session = findGameSession(sessionId);
  const { createdAt, members } = await server.of(tabletop).room(String(sessionId)).members();
  if (!session || createdAt === null) return null;
  const players = playersOf(members);
  return {
    session_id: sessionId,
    campaign_id: session.campaignId,
    players,
    player_count: players.length,
    created_at: new Date(createdAt).toISOString(),
  };
};

/** The handler for the server's `http` option. `server` is asked for when a request comes. */
export const roomInfoHandler =
  (server: () => ContractServer, verifier: TokenVerifier): HttpHandler =>
  async (request, response) => {
    const [path = '', query = ''] = (request.url ?? '').split('?');
    const sessionId = pattern.exec(path)?.[1];
    if (request.method !== 'GET' || sessionId === undefined || !table.auth) return false;
    const answer = (status: number, body: object): boolean => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
      return true;
    };
    const token = tokenOf(request, new URLSearchParams(query));
    const verdict = token === '' ? null : await verifier.verify(token, table.auth);
    if (!verdict || 'refused' in verdict) return answer(401, { detail: 'A valid token is needed.' });
    const info = await roomInfo(server(), Number(sessionId));
    return info ? answer(200, info) : answer(404, { detail: 'There is no such room.' });
  };
