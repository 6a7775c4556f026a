// The domain of bucketlist: whoever sent a message learns that it was viewed. All else comes from the back end's own code.

import { bindBucketlist } from '../generated/channels/bucketlist/server.ts';

export const bucketlist = bindBucketlist({
  presence: {
    joined: ({ user, at }) => ({
      type: 'USER_PRESENCE_CONNECTED',
      data: { user_id: user.id, at: new Date(at).toISOString() },
    }),
    left: ({ user }) => ({
      type: 'USER_PRESENCE_DISCONNECTED',
      data: { user_id: user.id, at: new Date().toISOString() },
    }),
  },
  on: {
    MESSAGE_VIEWED: async ({ data }, { user, now, toUsers }) => {
      await toUsers(String(data.sender_id), {
        type: 'MESSAGE_VIEWED',
        data: { id: data.id, viewer_id: user.id, viewed_at: now },
      });
    },
  },
});
