// The bundled server, with its handlers, validation, numbering, history and heartbeats.
import { channels, developmentSecret, findUser, makeToken, users } from '../../../reference-server/index.ts';
import { type CoreHandlers, createServer, isRefusal, jwtVerifier } from '../../../runtime/server/index.ts';
import { answerParent } from '../ask.ts';
import type { ServerQuestions } from '../crowd-questions.ts';
import { usageAnswers } from './usage.ts';

/** Rooms that the fixtures lack are like the last one that they have. */
function withMoreRooms(handlers: CoreHandlers): CoreHandlers {
  let last: unknown;
  return {
    ...handlers,
    authorize: async (request) => {
      try {
        last = (await handlers.authorize?.(request)) ?? last;
      } catch (error) {
        if (!isRefusal(error) || error.condition !== 'not-found') throw error;
      }
      return last;
    },
  };
}

answerParent<ServerQuestions>({
  ...usageAnswers,
  start: async ({ channel, timeScale }) => {
    const server = createServer({
      channels: channels.filter(({ contract }) => contract.table.name === channel),
      verifier: jwtVerifier({ secret: developmentSecret, findUser }),
      timeScale,
      log: () => {},
      decorate: (seam) => ({ ...seam, handlers: (handlers) => withMoreRooms(seam.handlers(handlers, channel)) }),
    });
    await server.listen();
    const tokens = await Promise.all(users.map((user) => makeToken(user, { secret: developmentSecret })));
    return { port: server.port, tokens };
  },
});
