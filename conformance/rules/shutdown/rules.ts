// What a server owes its clients when it is told to end.
import { describeAttempt, describeEnding } from '../../harness/connection.ts';
import { type Case, Failed, lowest, NotTestable, type Rule } from '../../rule.ts';
import { answerFor } from '../handshake/refusal.ts';
import { broadcastOf, type Observed, observeShutdown, type ShutdownRow } from './observe.ts';

interface Options {
  readonly applies?: (channel: Parameters<Rule['cases']>[1], contract: Parameters<Rule['cases']>[0]) => boolean;
}

function shutdownRule(
  record: Pick<Rule, 'id' | 'sentence'>,
  judge: (seen: Observed, row: ShutdownRow, statuses: readonly number[]) => void,
  { applies = () => true }: Options = {},
): Rule {
  return {
    ...record,
    level: 'MUST',
    role: 'server',
    cases(contract, channel) {
      const row = channel.limits.shutdown;
      if (row === null || !applies(channel, contract)) return [];
      const answer = answerFor(channel, 'shutdown');
      const statuses = answer?.by === 'status' ? answer.statuses : [];
      const probe = broadcastOf(contract, channel);
      const one: Case = {
        channel: channel.name,
        level: lowest('MUST', row.level),
        source: row.source,
        lane: 'exclusive',
        needs: { users: 2, start: true },
        timeoutMs: 300_000,
        // One shutdown a channel is enough for all of them.
        run: async (kit) =>
          judge(await kit.once(`shutdown ${channel.name}`, () => observeShutdown(kit, row, probe)), row, statuses),
      };
      return [one];
    },
  };
}

export const code = shutdownRule(
  { id: 'shutdown/code', sentence: 'A server that ends closes every connection with the code of the contract.' },
  ({ members, frames }, row) => {
    for (const { name, ending } of members) {
      const expected = `${name} is closed with ${row.code}`;
      if (ending === null) throw new Failed(expected, 'it stays open', { reason: 'never', frames });
      if (ending.code !== row.code)
        throw new Failed(expected, describeEnding(ending), { reason: 'wrong-code', frames });
    }
  },
);

export const noPresence = shutdownRule(
  { id: 'shutdown/no-presence', sentence: 'A server that ends tells nobody that others have gone: they come back.' },
  ({ presence, isPresenceTold, frames }) => {
    const [first] = presence;
    if (first !== undefined) throw new Failed('no presence message', first, { reason: 'told', frames });
    if (!isPresenceTold)
      throw new NotTestable('The server tells nobody who comes either: see presence/joined-told.', []);
  },
  { applies: (channel) => channel.room?.presence != null },
);

export const acceptedDelivered = shutdownRule(
  {
    id: 'shutdown/accepted-delivered',
    sentence: 'What a server had accepted before it was told to end is delivered before it closes.',
  },
  ({ accepted, frames }) => {
    if (accepted === null || accepted.came === accepted.sent) return;
    const { sent, came, type, probe } = accepted;
    throw new Failed(`all of ${sent} ${type} that were accepted`, `${came}`, {
      reason: 'lost',
      level: probe.level,
      frames,
    });
  },
  { applies: (channel, contract) => broadcastOf(contract, channel) !== null },
);

export const refusesNew = shutdownRule(
  {
    id: 'shutdown/refuses-new',
    sentence: 'A server that ends lets nobody in any more: it says so by status, or no longer listens.',
  },
  ({ attempts, isProcess, frames }, _row, statuses) => {
    if (!isProcess)
      throw new NotTestable('A server that the suite did not start cannot be watched ending.', ['target.start']);
    const named = statuses.length === 0 ? 'any status' : `HTTP ${statuses.join(' or ')}`;
    for (const attempt of attempts) {
      const isNamed = attempt.outcome === 'refused' && (statuses.length === 0 || statuses.includes(attempt.status));
      if (isNamed || attempt.outcome === 'failed') continue;
      throw new Failed(`refused with ${named}, or not listened to`, describeAttempt(attempt), {
        reason: attempt.outcome === 'refused' ? 'wrong-status' : 'let-in',
        frames,
      });
    }
    if (attempts.length === 0) {
      throw new NotTestable('No connection showed that the server was ending: see shutdown/code.', []);
    }
  },
);

export const exitsInTime = shutdownRule(
  { id: 'shutdown/exits-in-time', sentence: 'A server that is told to end has ended within the time of the contract.' },
  ({ exitMs, isProcess, frames }, row) => {
    if (!isProcess)
      throw new NotTestable('A server that the suite did not start cannot be watched ending.', ['target.start']);
    const expected = `the end of the process within ${row.withinMs} ms after SIGTERM`;
    if (exitMs === null) throw new Failed(expected, 'it still runs', { reason: 'never', frames });
    if (exitMs > row.withinMs)
      throw new Failed(expected, `after ${Math.round(exitMs)} ms`, { reason: 'too-late', frames });
  },
);
