// What the board shows, made of the room's numbered updates.
import type { Reducers } from 'wirepact/react';
import type { ArenaChannel } from '../../../../generated/channels/arena/types.ts';
import { everyone } from '../../backend-people.ts';

export interface Player {
  readonly id: string;
  readonly name: string;
  readonly cell: number;
}

export interface GameState {
  readonly players: { readonly [id: string]: Player };
  /** Cells; null: collected. */
  readonly gems: readonly (number | null)[];
  readonly scores: { readonly [id: string]: number };
  readonly calls: readonly { readonly seq: number; readonly name: string; readonly text: string }[];
  /** Number of the last update. */
  readonly seq: number;
}

export const emptyGame: GameState = { players: {}, gems: [], scores: {}, calls: [], seq: 0 };

const nameOf = (id: unknown) => everyone.find((person) => person.id === String(id))?.name ?? `player ${id}`;

/** The back end names a member for each player, `player 1`, and one for the gems. */
function change(game: GameState, changes: { readonly [name: string]: unknown } = {}): GameState {
  const players = { ...game.players };
  for (const [name, value] of Object.entries(changes)) {
    const [word, id] = name.split(' ');
    if (word === 'player' && id) players[id] = { id, ...(value as { name: string; cell: number }) };
  }
  const { gems = game.gems } = changes as { gems?: GameState['gems'] };
  return { ...game, players, gems };
}

export const gameReducers: Reducers<ArenaChannel, GameState> = {
  // A reset: what was before does not count.
  STATE_SNAPSHOT: (game, { seq, state: { scores = {}, ...state } }) => ({
    ...change({ ...emptyGame, calls: game.calls }, state),
    scores: scores as GameState['scores'],
    seq,
  }),
  DELTA_UPDATE: (game, { seq, changes }) => ({ ...change(game, changes), seq }),
  SCORE_UPDATE: (game, { seq, scores }) => ({ ...game, scores: { ...game.scores, ...scores }, seq }),
  CHAT: (game, { seq, senderId, text = '' }) => ({
    ...game,
    calls: [...game.calls, { seq, name: nameOf(senderId), text }].slice(-50),
    seq,
  }),
};
