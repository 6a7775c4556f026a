// The same on Fastify: `npm ci && node --import tsx server.js PORT`.
import fastify from 'fastify';
import { rooms } from '../arena.ts';

const app = fastify();
app.get('/', () => 'The shop is open.\n');
rooms.attach(app.server);
app.addHook('onRequest', async ({ raw }, reply) => void (rooms.answerPlain(raw, reply.raw) && reply.hijack()));
app.addHook('preClose', () => rooms.close());
await app.listen({ port: Number(process.argv[2] ?? 3000) });
process.once('SIGTERM', () => app.close());
