// What a server owes its clients when it is told to end.
import type { Channel, Contract } from '../../../scripts/model.ts';
import { describeAttempt, describeEnding } from '../../harness/connection.ts';
import { broadcastFence } from '../../harness/fence-choice.ts';
import { MessageBuilder } from '../../harness/messages.ts';
import { Schemas } from '../../harness/schemas.ts';
import type { Kit } from '../../kit.ts';
import { type Case, Failed, lowest, NotTestable, type Rule } from '../../rule.ts';
import { answerFor } from '../handshake/refusal.ts';
import { type Observed, observeShutdown, withinOf } from './observe.ts';

type ShutdownRow = NonNullable<Channel['limits']['shutdown']>;

function shutdownRule(
  record: Pick<Rule, 'id' | 'sentence'>,
  judge: (seen: Observed, row: ShutdownRow, statuses: readonly number[], kit: Kit) => void,
  applies: (channel: Channel, contract: Contract) => boolean = () => true,
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
      const one: Case = {
        channel: channel.name,
        level: lowest('MUST', row.level),
        source: row.source,
        lane: 'exclusive',
        needs: { users: 2, start: true },
        timeoutMs: 300_000,
        async run(kit) {
          const seen = (await kit.once('shutdown', () => observeShutdown(kit))).get(channel.name);
          if (seen === undefined || seen instanceof Error) throw seen ?? new Error('the channel was not observed');
          judge(seen, row, statuses, kit);
        },
      };
      return [one];
    },
  };
}

/** Whether a message of one connection reaches another: what is accepted shows nowhere else. */
function hasBroadcast(channel: Channel, contract: Contract): boolean {
  const builder = new MessageBuilder(channel, new Schemas(contract));
  return broadcastFence(channel, (message) => builder.build(message, {}, null).marker !== null) !== null;
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
  (channel) => channel.room?.presence != null,
);

export const acceptedDelivered = shutdownRule(
  {
    id: 'shutdown/accepted-delivered',
    sentence: 'What a server had accepted before it was told to end is delivered before it closes.',
  },
  ({ accepted, frames }) => {
    if (accepted === null || accepted.came === accepted.sent) return;
    const { sent, came, probe } = accepted;
    throw new Failed(`all of ${sent} ${probe.effect.type} that were accepted`, `${came}`, {
      reason: 'lost',
      level: probe.level,
      frames,
    });
  },
  hasBroadcast,
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

/** What a process needs to end when its connections have, ms: an interpreter takes its own time, whatever the scale. */
const processMs = 3000;

export const exitsInTime = shutdownRule(
  { id: 'shutdown/exits-in-time', sentence: 'A server that is told to end has ended within the time of the contract.' },
  ({ askedAt, exitedAt, isProcess, frames }, _row, _statuses, kit) => {
    if (!isProcess)
      throw new NotTestable('A server that the suite did not start cannot be watched ending.', ['target.start']);
    const latestMs = withinOf(kit, kit.channel) + processMs;
    const what = 'the end of the process after SIGTERM';
    try {
      kit.clock.checkTiming({ what, from: askedAt, seenAt: exitedAt, earliestMs: 0, latestMs });
    } catch (error) {
      if (!(error instanceof Failed)) throw error;
      const { expected, observed, reason } = error;
      throw new Failed(expected, observed, { frames, ...(reason === undefined ? {} : { reason }) });
    }
  },
);
