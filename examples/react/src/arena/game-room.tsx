// A game room: a board on which everybody moves, scores, and calls across it.
import { type FormEvent, useState } from 'react';
import { useChannelState } from 'wirepact/react';
import { boardSize } from '../../backend-games.ts';
import { Avatar } from '../avatar.tsx';
import { ConnectionBanner, ConnectionDot } from '../indicator.tsx';
import type { Session } from '../session.ts';
import { emptyGame, type GameState, gameReducers, type Player } from './game-state.ts';
import { useGameSocket } from './use-game-socket.ts';

const cells = Array.from({ length: boardSize ** 2 }, (_, cell) => cell);

export function GameRoom({ session, roomId }: { session: Session; roomId: string }) {
  const [problem, setProblem] = useState('');
  const { client, isReady, sendJson } = useGameSocket({
    url: `${session.url}/arena`,
    roomId,
    token: session.token,
    onError: (report) => setProblem(describe(report)),
  });
  const [game] = useChannelState(client, emptyGame, gameReducers);

  const move = (cell: number) =>
    void session
      .call(`games/${roomId}`, { method: 'POST', body: JSON.stringify({ cell }) })
      .catch(() => setProblem('That move did not arrive.'));
  const call = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const text = String(new FormData(event.currentTarget).get('text')).trim();
    event.currentTarget.reset();
    if (text) void sendJson('CHAT', { text }).catch(() => setProblem('Nobody heard that: the room is not connected.'));
  };

  return (
    <section className="card arena" aria-label="Arena">
      <header className="card-head">
        <h2>Arena, {roomId}</h2>
        <ConnectionDot client={client} />
        <span className="count" title="Number of the last update">
          update {game.seq}
        </span>
      </header>
      <ConnectionBanner client={client} />
      <div className="arena-body">
        <Board game={game} me={session.person.id} isReady={isReady} onMove={move} />
        <aside className="arena-side">
          <Scores game={game} />
          <ol className="calls">
            {game.calls.map(({ seq, name, text }) => (
              <li key={seq}>
                <b>{name}</b> {text}
              </li>
            ))}
          </ol>
          <form className="compose" onSubmit={call}>
            <input
              name="text"
              placeholder="Call across the board"
              aria-label="Call"
              maxLength={500}
              autoComplete="off"
            />
            <button type="submit" disabled={!isReady}>
              Call
            </button>
          </form>
          {problem && <p className="problem">{problem}</p>}
        </aside>
      </div>
    </section>
  );
}

function describe(report: unknown): string {
  const { kind, from, to, message } = report as { kind?: string; from?: number; to?: number; message?: string };
  if (kind === 'gap') return `The updates ${from} to ${to} are lost.`;
  return kind === undefined ? String(message) : '';
}

interface BoardProps {
  game: GameState;
  me: string;
  isReady: boolean;
  onMove: (cell: number) => void;
}

function Board({ game, me, isReady, onMove }: BoardProps) {
  const at = new Map<number, Player>(Object.values(game.players).map((player) => [player.cell, player]));
  return (
    <div className="board" data-ready={isReady} style={{ '--size': boardSize } as React.CSSProperties}>
      {cells.map((cell) => {
        const player = at.get(cell);
        const hasGem = game.gems.includes(cell);
        const row = Math.floor(cell / boardSize) + 1;
        const what = player ? `, ${player.name}` : hasGem ? ', gem' : '';
        return (
          <button
            key={cell}
            type="button"
            className="cell"
            data-me={player?.id === me}
            disabled={!isReady}
            aria-label={`Row ${row}, column ${(cell % boardSize) + 1}${what}`}
            onClick={() => onMove(cell)}
          >
            {player ? <Avatar name={player.name} /> : hasGem && <span className="gem" aria-hidden="true" />}
          </button>
        );
      })}
    </div>
  );
}

function Scores({ game }: { game: GameState }) {
  const players = Object.values(game.players).sort((a, b) => (game.scores[b.id] ?? 0) - (game.scores[a.id] ?? 0));
  if (players.length === 0) return <p className="empty">Step onto the board to play. Gems count one each.</p>;
  return (
    <ol className="scores">
      {players.map(({ id, name }) => (
        <li key={id}>
          <Avatar name={name} /> <span>{name}</span> <b>{game.scores[id] ?? 0}</b>
        </li>
      ))}
    </ol>
  );
}
