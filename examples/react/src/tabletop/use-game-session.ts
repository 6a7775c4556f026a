// A seat at a game session: who else sits there, what happens, and what a player or the dungeon master can do.
import { useEffect, useRef } from 'react';
import type { TokenContext } from 'wirepact/client';
import { useChannelState, useClient, useWebSocketStatus, useWebSocketSubscription } from 'wirepact/react';
import { tabletopClient } from '../../../../generated/channels/tabletop/client.ts';
import type {
  ChatMessageData,
  CombatUpdateData,
  DiceResult,
  DiceRollData,
  DmNarrationData,
  Player,
  RoomJoinedData,
  TurnChangeData,
} from '../../../../generated/channels/tabletop/types.ts';

export interface GameSessionOptions {
  readonly url?: string;
  readonly token: (context: TokenContext) => Promise<string>;
  readonly sessionId: number;
  readonly characterId?: number;
  /** @default true */
  readonly autoConnect?: boolean;
  readonly onConnected?: () => void;
  readonly onDisconnected?: () => void;
  readonly onRoomJoined?: (data: RoomJoinedData) => void;
  readonly onPlayerJoined?: (player: Player) => void;
  readonly onPlayerLeft?: (player: Player) => void;
  readonly onDiceRoll?: (data: DiceRollData) => void;
  readonly onChatMessage?: (data: ChatMessageData) => void;
  readonly onDMNarration?: (data: DmNarrationData) => void;
  readonly onTurnChange?: (data: TurnChangeData) => void;
  readonly onCombatUpdate?: (data: CombatUpdateData) => void;
}

interface Table {
  readonly me: Player | undefined;
  readonly players: readonly Player[];
}

const nobody: Table = { me: undefined, players: [] };

const without = (players: readonly Player[], { user_id }: Player) =>
  players.filter((player) => player.user_id !== user_id);

export function useGameSession(options: GameSessionOptions) {
  const { url, token, sessionId, characterId, autoConnect = true } = options;
  const client = useClient(
    tabletopClient,
    {
      ...(url !== undefined && { url }),
      parameters: { session_id: sessionId },
      query: characterId === undefined ? {} : { character_id: characterId },
      token,
    },
    autoConnect,
  );
  const { isConnected, isAuthenticated } = useWebSocketStatus(client);
  const [{ me, players }] = useChannelState(client, nobody, {
    room_joined: (_, { data }) => ({ me: data.player, players: data.players }),
    player_list: (table, { data }) => ({ ...table, players: data.players }),
    player_joined: (table, { data }) => ({ ...table, players: [...without(table.players, data.player), data.player] }),
    player_left: (table, { data }) => ({ ...table, players: without(table.players, data.player) }),
  });

  useWebSocketSubscription(client, 'room_joined', ({ data }) => options.onRoomJoined?.(data));
  useWebSocketSubscription(client, 'player_joined', ({ data }) => options.onPlayerJoined?.(data.player));
  useWebSocketSubscription(client, 'player_left', ({ data }) => options.onPlayerLeft?.(data.player));
  useWebSocketSubscription(client, 'dice_roll', ({ data }) => options.onDiceRoll?.(data));
  useWebSocketSubscription(client, 'chat_message', ({ data }) => options.onChatMessage?.(data));
  useWebSocketSubscription(client, 'dm_narration', ({ data }) => options.onDMNarration?.(data));
  useWebSocketSubscription(client, 'turn_change', ({ data }) => options.onTurnChange?.(data));
  useWebSocketSubscription(client, 'combat_update', ({ data }) => options.onCombatUpdate?.(data));
  useTransitions(isConnected, options);

  return {
    client,
    isConnected,
    isReady: isAuthenticated,
    me,
    players,
    // This channel has no queue: each of these rejects while nobody would hear it.
    sendChatMessage: (message: string) => client.send('chat_message', { data: { message } }),
    sendDiceRoll: (roll: DiceResult) => client.send('dice_roll', { data: roll }),
    sendDMNarration: (narration: string) => client.send('dm_narration', { data: { narration } }),
    sendPlayerAction: (action_type: string, details: { [name: string]: unknown }) =>
      client.send('player_action', { data: { action_type, details } }),
    sendTurnChange: (current_character_name: string) =>
      client.send('turn_change', { data: { turn: { current_character_name } } }),
    sendCombatUpdate: (active: boolean) => client.send('combat_update', { data: { combat: { active } } }),
  };
}

/** Tells of the beginning and the end of each connection. */
function useTransitions(isConnected: boolean, options: GameSessionOptions): void {
  const latest = useRef(options);
  const was = useRef(false);
  useEffect(() => {
    latest.current = options;
  });
  useEffect(() => {
    if (was.current === isConnected) return;
    was.current = isConnected;
    if (isConnected) latest.current.onConnected?.();
    else latest.current.onDisconnected?.();
  }, [isConnected]);
}
