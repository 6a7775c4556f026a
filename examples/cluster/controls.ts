// One control door for all processes: what concerns connections is asked of each, what is published of one.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Controls {
  readonly port: number;
  close(): void;
}

interface Answer {
  readonly status: number;
  readonly body: { readonly connections?: number; readonly [name: string]: unknown };
}

/** The answer of the first that fails, or that of the last, with the connections of all. */
const joined = (answers: readonly Answer[]): Answer => {
  const failed = answers.find(({ status }) => status !== 200);
  if (failed) return failed;
  const last = answers.at(-1)!;
  if (last.body.connections === undefined) return last;
  const connections = answers.reduce((sum, { body }) => sum + (body.connections ?? 0), 0);
  return { status: 200, body: { ...last.body, connections } };
};

const isPublish = (path: string, text: string): boolean =>
  path.endsWith('/publish') || (path === '/' && /"hook"\s*:\s*"publish"/.test(text));

/** Opens it on 127.0.0.1. @param doors addresses of the control doors of the processes */
export const startControls = async (doors: readonly string[]): Promise<Controls> => {
  const http = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    const path = (request.url ?? '/').replace(/^\/control/, '') || '/';
    const ask = async (door: string): Promise<Answer> => {
      const method = request.method ?? 'GET';
      const answer = await fetch(`${door}${path}`, { method, ...(method === 'POST' && { body: text }) });
      return { status: answer.status, body: (await answer.json()) as Answer['body'] };
    };
    const asked = isPublish(path, text) ? doors.slice(0, 1) : doors;
    const answers = await Promise.all(asked.map(ask)).catch((): Answer[] => [
      { status: 502, body: { error: 'A process does not answer.' } },
    ]);
    const { status, body } = joined(answers);
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  return { port: (http.address() as AddressInfo).port, close: () => http.close() };
};
