// The generated client under Node: JSON Lines on standard input and output.
import { createInterface } from 'node:readline';
import { WebSocket } from 'ws';
import { createAdapter } from '../generated-client.ts';

const take = createAdapter('Node', (line) => process.stdout.write(`${line}\n`), { WebSocket });
createInterface({ input: process.stdin, crlfDelay: Infinity })
  .on('line', (line) => {
    take(line);
    if (JSON.parse(line).op === 'bye') process.stdin.destroy();
  })
  .on('close', () => setImmediate(() => process.exit(0)));
