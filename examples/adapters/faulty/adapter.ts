// The generated client with one fault, by its id, as an adapter of its own: to see what the suite says of a broken client.
import { createInterface } from 'node:readline';
import { WebSocket } from 'ws';
import { clientFaults, findClientFault, withFault } from '../../../faults/client/index.ts';
import { createAdapter } from '../generated-client.ts';

const id = process.argv[2] ?? '';
const fault = findClientFault(id);
if (fault === undefined) {
  process.stderr.write(`There is no fault "${id}". There are:\n${clientFaults.map((one) => `  ${one.id}\n`).join('')}`);
  process.exit(4);
}
const take = createAdapter(fault.id, (line) => process.stdout.write(`${line}\n`), {
  WebSocket,
  around: (table, options, make) => withFault(fault, table, options, make),
});
createInterface({ input: process.stdin, crlfDelay: Infinity })
  .on('line', (line) => {
    take(line);
    if (JSON.parse(line).op === 'bye') process.stdin.destroy();
  })
  .on('close', () => setImmediate(() => process.exit(0)));
