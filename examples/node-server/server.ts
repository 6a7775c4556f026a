// An HTTP server of one's own, with the game rooms on it: `node --import tsx server.ts PORT`.
import { createServer } from 'node:http';
import { rooms } from './arena.ts';

const app = createServer((request, response) => {
  if (!rooms.answerPlain(request, response)) response.end('The shop is open.\n');
});
rooms.attach(app);
app.listen(Number(process.argv[2] ?? 3000), '127.0.0.1');

process.once('SIGTERM', async () => {
  await rooms.close();
  app.close();
});
