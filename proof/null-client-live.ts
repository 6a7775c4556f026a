// Whether a null client shows: how often it connects to a server that ends every connection at once, beside a correct client.
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import { Adapter, type Transport } from '../conformance/adapter/adapter.ts';
import { sampleOf } from '../conformance/harness/samples.ts';
import { Schemas } from '../conformance/harness/schemas.ts';
import { PairClient } from '../conformance/pair/pair-client.ts';
import { faultyClient } from '../examples/adapters/faulty/catalogue.ts';
import type { Contract } from '../scripts/model.ts';

/** Of a correct client the waits grow: it gets nowhere near in this time. */
const most = 16;
const withinMs = 1500;
const timeScale = 0.05;

/** None, one, some, or as many as the machine gives. */
async function attemptsOf(contract: Contract, transport: Transport): Promise<number> {
  const [channel] = contract.channels;
  if (channel === undefined) return 0;
  const schemas = new Schemas(contract);
  let attempts = 0;
  let enough = (): void => {};
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  server.on('connection', (socket) => {
    socket.terminate();
    attempts += 1;
    if (attempts === most) enough();
  });
  await new Promise<void>((resolve) => server.once('listening', resolve));
  const adapter = new Adapter(transport);
  try {
    await adapter.introduce(contract);
    const client = new PairClient({
      id: 'c1',
      channel,
      adapter,
      url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
      parameters: Object.fromEntries(
        channel.parameters.map(({ name, schema }) => [name, sampleOf(schema, schemas) as string | number]),
      ),
      query: {},
      timeScale,
      token: async () => 'token',
      onChange: () => {},
    });
    await client.connect();
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, withinMs);
      enough = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    await client.dispose();
  } finally {
    await adapter.end();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  }
  return attempts < 2 ? attempts : attempts < most ? 2 : most;
}

export async function isNullClientLive(contract: Contract, transport: Transport): Promise<boolean> {
  return (await attemptsOf(contract, transport)) !== (await attemptsOf(contract, faultyClient(null)));
}
