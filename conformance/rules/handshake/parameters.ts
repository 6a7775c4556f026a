// Path parameters: what breaks their schema is an unknown path, what keeps it is not.
import type { AuthAnswer, Channel, Level, Parameter } from '../../../scripts/model.ts';
import { type Attempt, describeAttempt } from '../../harness/connection.ts';
import { Schemas } from '../../harness/schemas.ts';
import type { Kit } from '../../kit.ts';
import { type Case, Failed, lowest, NotTestable, type Rule } from '../../rule.ts';
import { type Bound, boundsOf, breachesOf } from './breaches.ts';
import { answerFor, expectAccepted, expectAnswer, expectRefused } from './refusal.ts';

type Run = (kit: Kit, parameter: Parameter, schemas: Schemas) => Promise<void>;

/** One case a channel; MUST as soon as one parameter is. */
function parameterCases(
  run: Run,
  level: (channel: Channel) => Level = () => 'MUST',
  applies = hasParameters,
): Rule['cases'] {
  return (contract, channel) => {
    const first = channel.parameters[0];
    if (first === undefined || !applies(channel)) return [];
    const most: Level = channel.parameters.some((parameter) => parameter.level === 'MUST') ? 'MUST' : 'SHOULD';
    const one: Case = {
      channel: channel.name,
      level: lowest(most, level(channel)),
      source: first.source,
      timeoutMs: 30_000,
      async run(kit) {
        const schemas = new Schemas(contract);
        for (const parameter of channel.parameters) await run(kit, parameter, schemas);
      },
    };
    return [one];
  };
}

function hasParameters(channel: Channel): boolean {
  return channel.parameters.length > 0;
}

function breachesIn(parameter: Parameter, schemas: Schemas) {
  const schema = schemas.resolve(parameter.schema);
  return breachesOf(schema, (at, value) => schemas.accepts(at, value), true).map(({ what, text, level }) => ({
    what: `${parameter.name} ${what} (${JSON.stringify(text.length > 80 ? `${text.slice(0, 77)}...` : text)})`,
    level: lowest(level, parameter.level),
    options: { parameters: { [parameter.name]: text } },
  }));
}

export const parameterRefused: Rule = {
  id: 'handshake/parameter-refused',
  level: 'MUST',
  role: 'server',
  sentence: 'A connection to an address of which a parameter breaks its schema is refused.',
  cases: parameterCases(async (kit, parameter, schemas) => {
    const breaches = breachesIn(parameter, schemas);
    // What binds comes first: one case tells one breach.
    for (const level of ['MUST', 'SHOULD'] as const) {
      for (const breach of breaches.filter((one) => one.level === level)) {
        await expectRefused(kit, breach.what, breach.options, breach.level);
      }
    }
    await expectAccepted(kit, 'an address that keeps the schema');
  }),
};

export const parameterStatus: Rule = {
  id: 'handshake/parameter-status',
  level: 'MUST',
  role: 'server',
  sentence: 'An address of which a parameter breaks its schema is answered as an unknown path.',
  cases: parameterCases(
    async (kit, parameter, schemas) => {
      const answer = answerFor(kit.channel, 'unknown-path') as AuthAnswer;
      for (const { what, options, level } of breachesIn(parameter, schemas)) {
        await expectAnswer(kit, what, answer, options, lowest(level, answer.level));
      }
    },
    (channel) => answerFor(channel, 'unknown-path')?.level ?? 'MUST',
    (channel) => answerFor(channel, 'unknown-path') !== null,
  ),
};

export const parameterBoundsAccepted: Rule = {
  id: 'handshake/parameter-bounds-accepted',
  level: 'MUST',
  role: 'server',
  sentence:
    'The shortest and the longest value of a path parameter, and every kind of character that it allows, are taken.',
  cases: parameterCases(async (kit, parameter, schemas) => {
    const schema = schemas.resolve(parameter.schema);
    const bounds = boundsOf(schema, (at, value) => schemas.accepts(at, value));
    if (bounds.length === 0) {
      throw new NotTestable(`No value of the usual shapes fits the parameter ${parameter.name}.`, []);
    }
    for (const bound of bounds) await expectTaken(kit, parameter, bound);
  }),
};

async function isRefusedLikeMissing(kit: Kit, attempt: Attempt): Promise<boolean> {
  if (attempt.outcome !== 'refused') return false;
  let room: string;
  try {
    room = kit.missingRoom();
  } catch (error) {
    if (error instanceof NotTestable) return true;
    throw error;
  }
  const missing = await kit.attempt({ room });
  return missing.outcome === 'refused' && missing.status === attempt.status;
}

/** Where rooms are not free, one that does not exist is found missing or forbidden, which is past the check of the parameter. */
async function expectTaken(kit: Kit, parameter: Parameter, bound: Bound): Promise<void> {
  const attempt = await kit.attempt({ parameters: { [parameter.name]: bound.text } });
  if (attempt.outcome === 'open') {
    await attempt.connection.close();
    return;
  }
  const free = kit.roomsAreFresh && parameter.name === kit.room?.parameter;
  const resource = ['not-found', 'forbidden'] as const;
  const answers = resource.flatMap((when) => answerFor(kit.channel, when) ?? []);
  const codes = answers.flatMap((answer) => (answer.by === 'close' ? [answer.code] : []));
  if (!free && attempt.outcome === 'closed' && codes.includes(attempt.ending.code)) return;
  if (!free && (await isRefusedLikeMissing(kit, attempt))) {
    throw new NotTestable('Only rooms that exist may be entered, and a missing one is refused like a wrong address.', [
      `channels.${kit.channel.name}.rooms left out, where any room may be entered`,
    ]);
  }
  throw new Failed(
    `${parameter.name}: ${bound.what} (${JSON.stringify(bound.text)}) is taken`,
    describeAttempt(attempt),
    {
      reason: 'refused',
      level: parameter.level,
    },
  );
}
