// Query parameters besides the token: what breaks their schema is refused, what keeps it is taken.
import type { Channel, Level, QueryParameter } from '../../../scripts/model.ts';
import { describeAttempt } from '../../harness/connection.ts';
import { Schemas } from '../../harness/schemas.ts';
import type { Kit } from '../../kit.ts';
import { type Case, Failed, lowest, NotTestable, type Rule } from '../../rule.ts';
import { boundsOf, breachesOf } from './breaches.ts';
import { answerFor, expectAccepted, expectAnswer, expectRefused } from './refusal.ts';

type Run = (kit: Kit, query: QueryParameter, schemas: Schemas) => Promise<void>;

/** That a broken one is refused at all was decided with the status: it has the level of the answer's row. */
function levelOf(channel: Channel, query: QueryParameter): Level {
  return lowest(query.level, answerFor(channel, 'invalid-query')?.level ?? 'MUST');
}

function queryCases(
  run: Run,
  level: (channel: Channel, query: QueryParameter) => Level,
  needsAnswer: boolean,
): Rule['cases'] {
  return (contract, channel) => {
    const first = channel.query[0];
    if (first === undefined || (needsAnswer && answerFor(channel, 'invalid-query') === null)) return [];
    const one: Case = {
      channel: channel.name,
      level: channel.query.some((query) => level(channel, query) === 'MUST') ? 'MUST' : 'SHOULD',
      source: first.source,
      timeoutMs: 30_000,
      async run(kit) {
        const schemas = new Schemas(contract);
        for (const query of channel.query) await run(kit, query, schemas);
      },
    };
    return [one];
  };
}

function breachesIn(query: QueryParameter, schemas: Schemas) {
  const schema = schemas.resolve(query.schema);
  const broken = breachesOf(schema, (at, value) => schemas.accepts(at, value), false).map(({ what, text, level }) => ({
    what: `${query.name} ${what} (${JSON.stringify(text)})`,
    level: lowest(level, query.level),
    options: { query: { [query.name]: text } },
  }));
  const missing = { what: `no ${query.name}`, level: query.level, options: { query: { [query.name]: [] } } };
  return query.required ? [...broken, missing] : broken;
}

export const queryRefused: Rule = {
  id: 'handshake/query-refused',
  level: 'MUST',
  role: 'server',
  sentence: 'A connection of which a query parameter breaks its schema is refused.',
  cases: queryCases(
    async (kit, query, schemas) => {
      for (const { what, options, level } of breachesIn(query, schemas)) {
        await expectRefused(kit, what, options, lowest(level, levelOf(kit.channel, query)));
      }
      await expectAccepted(kit, 'a query that keeps the schema');
    },
    levelOf,
    false,
  ),
};

export const queryStatus: Rule = {
  id: 'handshake/query-status',
  level: 'MUST',
  role: 'server',
  sentence: 'A connection of which a query parameter breaks its schema is answered as the contract says.',
  cases: queryCases(
    async (kit, query, schemas) => {
      const answer = answerFor(kit.channel, 'invalid-query');
      if (answer === null) return;
      for (const { what, options, level } of breachesIn(query, schemas)) {
        await expectAnswer(kit, what, answer, options, lowest(level, answer.level));
      }
    },
    levelOf,
    true,
  ),
};

export const queryBoundsAccepted: Rule = {
  id: 'handshake/query-bounds-accepted',
  level: 'MUST',
  role: 'server',
  sentence: 'Values of a query parameter at the bounds of its schema are taken.',
  cases: queryCases(
    async (kit, query, schemas) => {
      const bounds = boundsOf(schemas.resolve(query.schema), (at, value) => schemas.accepts(at, value));
      if (bounds.length === 0) throw new NotTestable(`No value of the usual shapes fits ${query.name}.`, []);
      for (const { what, text } of bounds) {
        const attempt = await kit.attempt({ query: { [query.name]: text } });
        if (attempt.outcome !== 'open') {
          throw new Failed(`${query.name}: ${what} (${text}) is taken`, describeAttempt(attempt), {
            reason: 'refused',
            level: query.level,
          });
        }
        await attempt.connection.close();
      }
    },
    (_channel, query) => query.level,
    false,
  ),
};
