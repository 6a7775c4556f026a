// Clients that do next to nothing, or nothing sensible: a rule that one of them passes without deserving it proves nothing.
import { WebSocket } from 'ws';

/**
 * `never-connects`: takes every command and does nothing. `silent`: connects once and says that it is ready, nothing more.
 * `tight-loop`: connects again at once, forever. `ignores-everything`: connects, reads, and says of everything that it went well.
 * `liar`: says ok to commands that do not exist.
 */
export type NullClient = 'never-connects' | 'silent' | 'tight-loop' | 'ignores-everything' | 'liar';

interface Known {
  readonly address: string;
  readonly token: string | null;
  readonly sockets: Set<WebSocket>;
  over: boolean;
  attempts: number;
}

/** A command of the adapter protocol. */
interface Line {
  readonly id: number;
  readonly op: string;
  readonly client: string;
  readonly address: string;
  /** Of create: the parameter that carries it; of token: itself. */
  readonly token: string | null;
}

/** Returns what takes a line of the adapter protocol; `write` gets those of the client. */
export function nullClient(kind: NullClient, write: (line: string) => void): (line: string) => void {
  const say = (line: object) => write(JSON.stringify(line));
  const clients = new Map<string, Known>();

  function open(name: string, given: string | null): void {
    const client = clients.get(name);
    if (client === undefined || client.over) return;
    const url = new URL(client.address);
    if (client.token !== null && given !== null) url.searchParams.set(client.token, given);
    const socket = new WebSocket(url);
    client.sockets.add(socket);
    socket.on('error', () => {});
    socket.on('open', () => say({ event: 'state', client: name, state: 'connected', ready: true }));
    socket.on('close', () => {
      client.sockets.delete(socket);
      if (kind === 'tight-loop') again(name);
    });
  }

  /** At once, as far as the machine goes: without any pause the loop would be all that it does. */
  function again(name: string): void {
    const client = clients.get(name);
    if (client === undefined || client.attempts > 40) return;
    client.attempts += 1;
    setTimeout(() => ask(name), 10);
  }

  let asked = 0;
  function ask(name: string): void {
    const client = clients.get(name);
    if (client === undefined || client.over) return;
    asked += 1;
    if (client.token === null) open(name, null);
    else say({ event: 'token-requested', client: name, request: asked });
  }

  function carryOut(line: Line): void {
    switch (line.op) {
      case 'create':
        clients.set(line.client, {
          address: line.address,
          token: line.token,
          sockets: new Set(),
          over: false,
          attempts: 0,
        });
        return;
      case 'connect':
        if (kind !== 'never-connects' && (clients.get(line.client)?.sockets.size ?? 0) === 0) ask(line.client);
        return;
      case 'token':
        if (line.token !== undefined) open(line.client, line.token);
        else if (kind === 'tight-loop') again(line.client);
        return;
      case 'send':
      case 'request':
        if (kind === 'ignores-everything' && (clients.get(line.client)?.sockets.size ?? 0) > 0)
          say({ event: 'settled', client: line.client, of: line.id, ok: true });
        return;
      case 'dispose': {
        const client = clients.get(line.client);
        if (client !== undefined) client.over = true;
        for (const socket of client?.sockets ?? []) socket.terminate();
      }
    }
  }

  return (text) => {
    const line = JSON.parse(text) as Line;
    if (line.op.startsWith('probe-') && kind !== 'liar') {
      say({ id: line.id, error: { code: 'unsupported', message: line.op } });
      return;
    }
    carryOut(line);
    const answer = line.op === 'hello' ? { implementation: { name: kind } } : {};
    say({ id: line.id, ok: true, ...answer, ...(line.op === 'state' ? { state: 'connected', ready: true } : {}) });
  };
}
