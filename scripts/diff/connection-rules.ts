// Whom it breaks when the life of a connection changes: how it is let in, kept alive, limited, and closed.
import type {
  Auth,
  AuthAnswer,
  Channel,
  Claim,
  CloseCode,
  ErrorCode,
  ErrorReport,
  Heartbeat,
  Limits,
  Ready,
} from '../model.ts';
import { type Breaks, both, type Change, clients, nobody, type Place, servers } from './change.ts';
import { always, byMembers, byNumber, compareRow, compareRows, type RowRule } from './rows.ts';

const auth: RowRule<Auth> = {
  id: 'auth',
  name: 'the token',
  duty: 'server',
  added: both,
  removed: both,
  columns: { parameter: always(both), format: always(both), algorithms: byMembers(clients, servers) },
};

const claim: RowRule<Claim> = {
  id: 'auth.claim',
  name: (row) => `the claim ${row.name}`,
  duty: 'server',
  added: (row) => (row.required ? clients : nobody),
  removed: (row) => (row.required ? servers : nobody),
  columns: { required: (_, is) => (is ? clients : servers) },
};

type FlatAnswer = AuthAnswer & { readonly answer: string };

const answer: RowRule<FlatAnswer> = {
  id: 'auth.answer',
  name: (row) => `the answer to ${row.when}`,
  duty: 'server',
  added: servers,
  removed: clients,
  columns: { answer: always(both) },
};

type FlatReady = Ready & { readonly at: string };

const ready: RowRule<FlatReady> = {
  id: 'auth.ready',
  name: (row) => `that a client is ready at ${row.at}`,
  duty: 'client',
  added: clients,
  removed: clients,
  columns: {},
};

const error: RowRule<ErrorReport> = {
  id: 'error',
  name: 'the message that reports an error',
  duty: 'server',
  added: servers,
  removed: clients,
  columns: { message: always(both), code: always(both), text: always(both), pointer: always(both), id: always(both) },
};

const errorCode: RowRule<ErrorCode> = {
  id: 'error.code',
  name: (row) => `the error for ${row.when}`,
  duty: 'server',
  added: servers,
  removed: clients,
  columns: { code: always(both) },
};

const heartbeat: RowRule<Heartbeat> = {
  id: 'heartbeat',
  name: (row) => `the ${row.initiator}'s heartbeat`,
  duty: 'server',
  // A ping frame is answered by the WebSocket itself; everything else needs a program that knows of it.
  added: (row) => (row.kind === 'message' ? both : row.initiator === 'server' ? servers : clients),
  removed: (row) => (row.initiator === 'server' ? clients : nobody),
  columns: {
    ping: always(both),
    pong: always(both),
    intervalMs: always(both),
    timeoutMs: always(both),
    onOpen: always(both),
    satisfiedBy: always(both),
    echo: always(both),
    timeoutCode: always(both),
  },
};

/** The columns of a limit: who sends more than is allowed breaks, or who must take more than it did. */
const numbers = { bytes: byNumber(clients, servers), perSecond: byNumber(clients, servers) };
const limits = {
  message: { columns: { bytes: numbers.bytes, code: always(both) } },
  binary: { columns: { code: always(both) } },
  encoding: { columns: { code: always(both) } },
  rate: {
    columns: {
      perSecond: numbers.perSecond,
      burst: byNumber(clients, servers),
      strikes: byNumber(clients, servers),
      code: always(both),
    },
  },
  backlog: { columns: { bytes: numbers.bytes, code: always(both) } },
  shutdown: { columns: { code: always(both), withinMs: byNumber(servers, nobody) } },
  compression: { columns: { allowed: always(servers) } },
} as const;

export function compareConnection(place: Place, before: Channel, after: Channel): readonly Change[] {
  return [
    ...compareAuth(place, before.auth, after.auth),
    ...compareRow(error, place, before.error, after.error),
    ...compareRows(errorCode, place, ({ when }) => when, before.error?.codes ?? [], after.error?.codes ?? []),
    ...compareCloseCodes(place, before, after),
    ...compareRows(heartbeat, place, (row) => `${row.initiator} ${row.kind}`, before.heartbeats, after.heartbeats),
    ...compareLimits(place, before.limits, after.limits),
  ];
}

function compareAuth(place: Place, before: Auth | null, after: Auth | null): readonly Change[] {
  const flat = (one: Auth | null): readonly FlatAnswer[] =>
    (one?.answers ?? []).map((row) => ({
      ...row,
      answer: row.by === 'close' ? `close ${row.code}` : `status ${row.statuses.join(' or ')}`,
    }));
  const points = (one: Auth | null): readonly FlatReady[] =>
    (one?.ready ?? []).map((row) => ({
      ...row,
      at: row.on === 'open' ? `${row.afterMs} ms after opening` : (row.message ?? 'any message'),
    }));
  const token = (one: Auth | null): Auth | null => (one?.parameter == null ? null : one);
  return [
    ...compareRow(auth, place, token(before), token(after)),
    ...compareRows(claim, place, ({ name }) => name, before?.claims ?? [], after?.claims ?? []),
    ...compareRows(answer, place, ({ when }) => when, flat(before), flat(after)),
    ...compareRows(ready, place, ({ at }) => at, points(before), points(after)),
  ];
}

/** A code without a row is that of the row `other`; a row breaks clients only where it tells them to do something else. */
function compareCloseCodes(place: Place, before: Channel, after: Channel): readonly Change[] {
  const other = ({ closeCodes }: Channel): CloseCode | undefined => closeCodes.find(({ code }) => code === 'other');
  const breaksClients = (row: CloseCode, there: Channel): Breaks =>
    row.code !== 'other' && row.client === other(there)?.client ? nobody : clients;
  const closeCode: RowRule<CloseCode> = {
    id: 'close-code',
    name: (row) => (row.code === 'other' ? 'the close codes without a row' : `close code ${row.code}`),
    duty: 'server',
    added: (row) => breaksClients(row, before),
    removed: (row) => [...breaksClients(row, after), ...(row.sentBy === 'nobody' ? nobody : servers)],
    columns: { client: always(clients), when: always(both), sentBy: always(both) },
  };
  return compareRows(closeCode, place, ({ code }) => String(code), before.closeCodes, after.closeCodes);
}

function compareLimits(place: Place, before: Limits, after: Limits): readonly Change[] {
  return (Object.keys(limits) as (keyof typeof limits)[]).flatMap((limit) => {
    const rule: RowRule<NonNullable<Limits[typeof limit]>> = {
      id: `limits.${limit}`,
      name: `the limit ${limit}`,
      duty: 'server',
      added: limit === 'shutdown' || limit === 'backlog' || limit === 'compression' ? servers : both,
      removed: servers,
      columns: limits[limit].columns,
    };
    return compareRow(rule, place, before[limit], after[limit]);
  });
}
