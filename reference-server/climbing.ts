// The domain of climbing: two participants a session, and messages that are stored before anyone sees them.

import { randomUUID } from 'node:crypto';
import { refuse } from 'wirepact/server';
import { bindClimbing } from '../generated/channels/climbing/server.ts';
import { climbingParticipants } from './fixtures.ts';

const KEPT_MESSAGES = 10_000;

/** List in the store of a session's messages; the last one tells when the session was last written in. */
export const messagesOf = (session: string): string => `messages ${session}`;

export const climbing = bindClimbing({
  authorize: ({ parameters, user }) => {
    const participants = climbingParticipants(parameters.session_id);
    if (!participants) throw refuse('not-found', 'There is no such session.');
    if (!participants.includes(user.id)) throw refuse('forbidden', 'You are no participant of this session.');
    return undefined;
  },
  on: {
    message: async ({ content }, { user, room, now }) => {
      await room.sendKept(
        {
          type: 'message',
          message_id: randomUUID(),
          content,
          sender_id: user.id,
          sender_name: user.name,
          created_at: now,
        },
        { list: messagesOf(room.id), keep: KEPT_MESSAGES },
      );
    },
    typing: async ({ is_typing }, { user, room }) => {
      await room.otherUsers({ type: 'typing', sender_id: user.id, sender_name: user.name, is_typing });
    },
  },
});
