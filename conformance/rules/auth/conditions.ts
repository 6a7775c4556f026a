// The ways in which a connection is not let in, each with the connections that show it and what the target file must give for it.
import type { AuthCondition, Channel } from '../../../scripts/model.ts';
import type { ConnectOptions, Kit } from '../../kit.ts';
import type { Needs } from '../../rule.ts';
import { answerFor, wantsToken } from '../handshake/refusal.ts';

export interface Attempted {
  /** Subject of the sentence: `a connection with an expired token`. */
  readonly what: string;
  readonly options: ConnectOptions;
}

export interface Condition {
  readonly when: AuthCondition;
  readonly needs: Needs;
  applies(channel: Channel): boolean;
  attempts(kit: Kit): Promise<readonly Attempted[]>;
}

const missing: Condition = {
  when: 'missing',
  needs: {},
  applies: wantsToken,
  attempts: async () => [{ what: 'a connection without a token', options: { user: null } }],
};

const empty: Condition = {
  when: 'missing',
  needs: {},
  applies: wantsToken,
  attempts: async () => [{ what: 'a connection with an empty token', options: { token: '' } }],
};

const invalid: Condition = {
  when: 'invalid',
  needs: {},
  applies: wantsToken,
  attempts: async (kit) => [
    { what: 'a connection with a token that is none', options: { token: await kit.faultyToken('not-a-token') } },
  ],
};

const expired: Condition = {
  when: 'expired',
  needs: { tokens: 'expired' },
  applies: wantsToken,
  attempts: async (kit) => [
    { what: 'a connection with an expired token', options: { token: await kit.faultyToken('expired') } },
  ],
};

const unknownUser: Condition = {
  when: 'unknown-user',
  needs: { unknownUser: true },
  applies: (channel) => wantsToken(channel) && answerFor(channel, 'unknown-user') !== null,
  attempts: async (kit) => [
    {
      what: 'a connection with the token of a user that the server does not know',
      options: { user: kit.unknownUser() },
    },
  ],
};

const forbidden: Condition = {
  when: 'forbidden',
  needs: { forbiddenRoom: true },
  applies: (channel) => answerFor(channel, 'forbidden') !== null && channel.room?.scope === 'room',
  attempts: async (kit) => [
    { what: 'a connection to a room that the user may not enter', options: { room: kit.forbiddenRoom() } },
  ],
};

const notFound: Condition = {
  when: 'not-found',
  needs: { missingRoom: true },
  applies: (channel) => answerFor(channel, 'not-found') !== null && channel.room?.scope === 'room',
  attempts: async (kit) => [
    { what: 'a connection to a room that does not exist', options: { room: kit.missingRoom() } },
  ],
};

export const conditions = {
  missing,
  empty,
  invalid,
  expired,
  'unknown-user': unknownUser,
  forbidden,
  'not-found': notFound,
} as const;

export type ConditionName = keyof typeof conditions;

/** What each of them is called in a sentence. */
export const subjects: Readonly<Record<ConditionName, string>> = {
  missing: 'A connection without a token',
  empty: 'A connection with an empty token',
  invalid: 'A connection with an invalid token',
  expired: 'A connection with an expired token',
  'unknown-user': 'A connection with the token of an unknown user',
  forbidden: 'A connection to a room that the user may not enter',
  'not-found': 'A connection to a room that does not exist',
};
