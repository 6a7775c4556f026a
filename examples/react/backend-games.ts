// A game for the arena: players step over a board and collect gems. The back end decides; the sockets tell.
import type { Person, Publish } from './backend-people.ts';

export const boardSize = 8;
const gemCount = 6;

interface Game {
  /** Cells by gem; null: collected. */
  gems: (number | null)[];
  readonly scores: { [id: string]: number };
}

export function createGames(publish: Publish) {
  const games = new Map<string, Game>();

  const scatter = (): number[] => {
    const cells = Array.from({ length: boardSize ** 2 }, (_, cell) => cell);
    return Array.from({ length: gemCount }, () => cells.splice(Math.floor(Math.random() * cells.length), 1)[0]!);
  };

  return {
    /** Puts a player on a cell; whoever steps on a gem has it. */
    async move(room: string, { id, name }: Person, { cell }: { readonly cell?: unknown }): Promise<unknown> {
      if (typeof cell !== 'number' || !(cell >= 0 && cell < boardSize ** 2)) throw new Error('There is no such cell.');
      const changes: { [name: string]: unknown } = { [`player ${id}`]: { name, cell } };
      const game: Game = games.get(room) ?? { gems: scatter(), scores: {} };
      const gem = game.gems.indexOf(cell);
      if (gem >= 0) {
        game.gems[gem] = null;
        game.scores[id] = (game.scores[id] ?? 0) + 1;
      }
      if (game.gems.every((at) => at === null)) game.gems = scatter();
      if (gem >= 0 || !games.has(room)) changes.gems = game.gems;
      games.set(room, game);
      await publish({ channel: 'arena', room, message: { type: 'DELTA_UPDATE', changes } });
      if (gem >= 0) await publish({ channel: 'arena', room, message: { type: 'SCORE_UPDATE', scores: game.scores } });
      return {};
    },
  };
}
