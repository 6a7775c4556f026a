// The traps that most first versions of these servers fall into, and the case of the suite that tells of each.

export interface Trap {
  /** As the comments of `naive.py` count them; 12 to 15 are a client's, and not here. */
  readonly number: number;
  /** What was written, in words. */
  readonly mistake: string;
  /** The cases that say so, by example; the first is shown with its frames. No entry: that server cannot make the mistake. */
  readonly cases: { readonly [example: string]: readonly [string, ...string[]] };
}

export const traps: readonly Trap[] = [
  {
    number: 1,
    mistake: 'It closes before it accepts, so a browser sees 1006 and never the code',
    cases: {
      fastapi: ['auth/invalid-answer@chat', 'auth/not-found-answer@tabletop'],
      'django-channels': ['auth/invalid-answer@bucketlist', 'auth/forbidden-answer@climbing'],
    },
  },
  {
    number: 2,
    mistake: 'It reads the token by splitting the query string',
    cases: {
      fastapi: ['auth/similar-parameter-refused@tabletop', 'auth/survives-odd-queries@tabletop'],
      'django-channels': ['auth/similar-parameter-refused@bucketlist', 'auth/survives-odd-queries@bucketlist'],
    },
  },
  {
    number: 3,
    mistake: 'A snapshot uses up a number, and everybody else sees a gap',
    cases: {
      fastapi: ['sequence/snapshot-uses-none@arena.STATE_SNAPSHOT'],
      'django-channels': ['sequence/snapshot-uses-none@arena.STATE_SNAPSHOT'],
    },
  },
  {
    number: 4,
    mistake: 'The replay for one connection goes through the group',
    cases: {
      fastapi: ['resync/replay-direct@arena.RESYNC'],
      'django-channels': ['resync/replay-direct@arena.RESYNC'],
    },
  },
  {
    number: 5,
    mistake: 'The answer to a ping goes through the group: N connections, N times N pongs',
    cases: {
      fastapi: ['heartbeat/pong-not-broadcast@arena.PONG', 'delivery/receivers@chat.pong'],
      'django-channels': ['heartbeat/pong-not-broadcast@arena.PONG', 'delivery/receivers@arena.PONG'],
    },
  },
  {
    number: 6,
    mistake: 'Updates are kept by their JSON, and counted in the memory of one process',
    cases: {
      fastapi: ['resync/identical-updates-kept@arena.RESYNC', 'resync/survives-restart@arena'],
      'django-channels': ['resync/identical-updates-kept@arena.RESYNC', 'resync/survives-restart@arena'],
    },
  },
  {
    number: 7,
    mistake: 'A ping is an empty text message, which clients try to parse',
    cases: { fastapi: ['heartbeat/ping-is-no-message@tabletop', 'validation/sent-known@tabletop'] },
  },
  {
    number: 8,
    mistake: 'Presence is counted by connection, so a second tab is a newcomer, and closing it says goodbye',
    cases: {
      fastapi: [
        'presence/second-connection-silent@tabletop.player_joined',
        'presence/left-silent-while-open@tabletop.player_left',
      ],
      'django-channels': [
        'presence/second-connection-silent@bucketlist.USER_PRESENCE_CONNECTED',
        'presence/left-silent-while-open@bucketlist.USER_PRESENCE_DISCONNECTED',
      ],
    },
  },
  {
    number: 9,
    mistake: '`typing` comes back to whoever is typing',
    cases: {
      fastapi: ['delivery/receivers@chat.typing_indicator'],
      'django-channels': ['delivery/receivers@climbing.typing'],
    },
  },
  {
    number: 10,
    mistake: 'Whoever says `is_dm` in the data is the dungeon master',
    cases: { fastapi: ['permission/role-not-from-client@tabletop.dm_narration'] },
  },
  {
    number: 11,
    mistake: 'Rooms whose names differ by case, or begin alike, hear one another',
    cases: {
      fastapi: ['delivery/rooms-isolated@chat'],
      'django-channels': ['delivery/rooms-isolated@arena'],
    },
  },
  {
    number: 16,
    mistake: 'A refusal has the one status that the server knows (a warning: what matters is that it is refused)',
    cases: {
      fastapi: ['handshake/unknown-path-status@chat'],
      'django-channels': ['handshake/unknown-path-status@climbing'],
    },
  },
  {
    number: 17,
    mistake: 'The access log prints the query string, and the token in it',
    cases: {
      fastapi: ['auth/token-not-logged@tabletop'],
      'django-channels': ['auth/token-not-logged@bucketlist'],
    },
  },
];

/** The traps that an example can fall into, with its cases. */
export function trapsOf(
  example: string,
): readonly { readonly trap: Trap; readonly cases: readonly [string, ...string[]] }[] {
  return traps.flatMap((trap) => {
    const cases = trap.cases[example];
    return cases === undefined ? [] : [{ trap, cases }];
  });
}
