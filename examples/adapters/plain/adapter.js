// Two clients that know nothing of any contract as adapters: `node adapter.js naive` and `node adapter.js reconnecting-websocket`.
import { createInterface } from 'node:readline';

const connections = {
  naive: async () => (await import('./naive.js')).connectNaively,
  'reconnecting-websocket': async () => (await import('./with-reconnecting-websocket.js')).connectAgainAndAgain,
};
const name = process.argv[2] ?? 'naive';
if (!Object.hasOwn(connections, name)) {
  process.stderr.write(`There is no client "${name}": ${Object.keys(connections).join(', ')}.\n`);
  process.exit(4);
}
const connect = await connections[name]();
const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);
const clients = new Map();

function create({ client: id, channel, address, token, options }) {
  const discriminator = channel === 'tabletop' ? 'event' : 'type';
  const client = { id, discriminator, state: 'idle', ready: false, tokens: [], connection: null };
  client.tell = (event, more) => clients.has(id) && say({ event, client: id, ...more });
  client.become = (state, more) => {
    Object.assign(client, { state, ready: state === 'connected' });
    client.tell('state', { state, ready: client.ready, ...more });
  };
  client.open = () => {
    client.become('connecting');
    client.connection = connect({
      url: (given) =>
        token === null
          ? address
          : `${address}${address.includes('?') ? '&' : '?'}${token}=${encodeURIComponent(given)}`,
      getToken: () =>
        token === null
          ? Promise.resolve('')
          : new Promise((...settle) => client.tell('token-requested', { request: client.tokens.push(settle) })),
      scale: options.timeScale,
      pingMs: 30_000 * options.timeScale,
      retryMs: 1000 * options.timeScale,
      onOpen: () => client.become('connected'),
      onMessage: (message) => client.tell('message', { message }),
      onClose(code) {
        if (client.state === 'closing') client.become('closed', { reason: 'requested', code });
        else if (client.state !== 'closed') client.become('reconnecting', { code });
      },
    });
  };
  clients.set(id, client);
}

const commands = {
  hello: () => ({ implementation: { name: `plain client, ${name}`, language: 'JavaScript' } }),
  create,
  connect: (_, client) => {
    if (client.state === 'idle' || client.state === 'closed') client.open();
    else if (client.state === 'reconnecting') client.connection.reconnect?.();
  },
  close(_, client) {
    const isOpen = client.state === 'connected';
    client.become(isOpen ? 'closing' : 'closed', { reason: isOpen ? null : 'requested' });
    client.connection?.close();
  },
  dispose(_, client) {
    client.connection?.close();
    clients.delete(client.id);
  },
  state: (_, { state, ready }) => ({ state, ready }),
  send({ id, type, fields }, client) {
    const isOpen = client.state === 'connected';
    try {
      client.connection?.send({ [client.discriminator]: type, ...fields });
      // A client that says nothing of what it keeps tells nothing of it.
      if (isOpen) client.tell('settled', { of: id, ok: true });
    } catch (error) {
      client.tell('settled', { of: id, ok: false, code: error.name });
    }
  },
  token({ request, token, error }, client) {
    const [resolve, reject] = client.tokens[request - 1] ?? [];
    if (token === undefined) reject?.(new Error(error));
    else resolve?.(token);
  },
  bye: () => process.stdin.destroy(),
};

// What the clients throw at their application is no end of the adapter: a page would log it, and go on.
for (const event of ['uncaughtException', 'unhandledRejection'])
  process.on(event, (error) => process.stderr.write(`${error}\n`));

createInterface({ input: process.stdin, crlfDelay: Infinity })
  .on('line', (line) => {
    const { op, id, ...command } = JSON.parse(line);
    const client = clients.get(command.client);
    if (!Object.hasOwn(commands, op)) return say({ id, error: { code: 'unsupported', message: op } });
    try {
      const { implementation, state, ready } = commands[op]({ id, ...command }, client) ?? {};
      say({ id, ok: true, implementation, state, ready });
    } catch (error) {
      say({ id, error: { code: 'failed', message: String(error) } });
    }
  })
  .on('close', () => setImmediate(() => process.exit(0)));
