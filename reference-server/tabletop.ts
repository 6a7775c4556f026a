// The domain of tabletop: players of a game session, and a dungeon master by ownership of the campaign.

import { type Member, type MessageContext, type RoomContext, refuse, type User } from 'wirepact/server';
import { bindTabletop, type TabletopServer } from '../generated/channels/tabletop/server.ts';
import type { Player } from '../generated/channels/tabletop/types.ts';
import { findGameSession } from './fixtures.ts';

interface Seat {
  readonly campaignId: number;
  readonly isDungeonMaster: boolean;
  readonly characterId: number | undefined;
}

type Any = RoomContext<TabletopServer, Seat> | MessageContext<TabletopServer, Seat>;

/** The players in a room, the longest there first. */
export const playersOf = (members: readonly Member[]): Player[] =>
  members.map((member) => JSON.parse(member.data) as Player);

const newPlayer = (user: User, seat: Seat, now: string): Player => ({
  user_id: Number(user.id),
  username: user.name,
  ...(seat.characterId !== undefined && {
    character_id: seat.characterId,
    character_name: `Character ${seat.characterId}`,
  }),
  is_dm: seat.isDungeonMaster,
  connected_at: now,
});

// The first connection's character and time stand for all connections of a user.
const playerOf = async ({ room, user, connection, now }: Any): Promise<Player> => {
  const standing = playersOf(await room.members()).find((player) => player.user_id === Number(user.id));
  return standing ?? newPlayer(user, connection.state, now);
};

export const tabletop = bindTabletop<Seat>({
  authorize: ({ parameters, query, user }) => {
    const session = findGameSession(parameters.session_id);
    if (!session) throw refuse('not-found', 'There is no such session.');
    const isDungeonMaster = session.owner === user.id;
    return {
      roles: isDungeonMaster ? ['dm'] : [],
      state: { campaignId: session.campaignId, isDungeonMaster, characterId: query.character_id },
    };
  },
  enter: ({ user, connection, now }) => newPlayer(user, connection.state, now),
  joined: async (context) => {
    const players = playersOf(await context.room.members());
    const { session_id } = context.connection.parameters;
    const { campaignId: campaign_id } = context.connection.state;
    const player = await playerOf(context);
    return [
      { event: 'room_joined', data: { session_id, campaign_id, player, players } },
      { event: 'player_list', data: { players } },
    ];
  },
  left: ({ connection }) => ({ event: 'room_left', data: { session_id: connection.parameters.session_id } }),
  presence: {
    joined: (member) => ({ event: 'player_joined', data: { player: JSON.parse(member.data) as Player } }),
    left: (member) => ({ event: 'player_left', data: { player: JSON.parse(member.data) as Player } }),
  },
  on: {
    chat_message: async ({ data }, context) => {
      const player = await playerOf(context);
      const { message } = data;
      await context.room.send({ event: 'chat_message', data: { player, message, timestamp: context.now } });
    },
    dice_roll: async ({ data }, context) => {
      const { formula, result, rolls, modifier } = data;
      const roll = { formula, result, rolls, ...(modifier !== undefined && { modifier }) };
      const player = await playerOf(context);
      await context.room.send({ event: 'dice_roll', data: { player, roll, timestamp: context.now } });
    },
    dm_narration: async ({ data }, { room, now }) => {
      await room.send({ event: 'dm_narration', data: { narration: data.narration, timestamp: now } });
    },
    player_action: async ({ data }, context) => {
      const { action_type, details } = data;
      const player = await playerOf(context);
      await context.room.send({
        event: 'player_action',
        data: { player, action_type, details, timestamp: context.now },
      });
    },
    turn_change: async ({ data }, { room, now }) => {
      await room.send({ event: 'turn_change', data: { turn: data.turn, timestamp: now } });
    },
    combat_update: async ({ data }, { room, now }) => {
      await room.send({ event: 'combat_update', data: { combat: data.combat, timestamp: now } });
    },
  },
});
