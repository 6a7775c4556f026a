// The table of a game session: players, dice, what is said, and what the dungeon master tells.
import { type FormEvent, useState } from 'react';
import type { Player } from '../../../../generated/channels/tabletop/types.ts';
import { Avatar } from '../avatar.tsx';
import { ConnectionBanner, ConnectionDot } from '../indicator.tsx';
import type { Session } from '../session.ts';
import { useGameSession } from './use-game-session.ts';

type Event = { readonly id: number } & (
  | {
      readonly kind: 'roll';
      readonly name: string;
      readonly formula: string;
      readonly rolls: number[];
      readonly sum: number;
    }
  | { readonly kind: 'said'; readonly name: string; readonly text: string }
  | { readonly kind: 'told' | 'note'; readonly text: string }
);
type Fresh = Event extends infer E ? (E extends Event ? Omit<E, 'id'> : never) : never;

const dice = ['1d4', '1d6', '1d8', '1d20', '2d6', '3d6'];
const keptEvents = 200;

const throwDice = (formula: string): number[] => {
  const [count = 1, sides = 6] = formula.split('d').map(Number);
  return Array.from({ length: count }, () => 1 + Math.floor(Math.random() * sides));
};
const total = (rolls: readonly number[]) => rolls.reduce((sum, roll) => sum + roll, 0);
const titleOf = (player: Player) => player.character_name ?? player.username;

export function Tabletop({ session, sessionId }: { session: Session; sessionId: number }) {
  const [events, setEvents] = useState<readonly Event[]>([]);
  const [turn, setTurn] = useState('');
  const [isFight, setFight] = useState(false);
  const [problem, setProblem] = useState('');
  const note = (event: Fresh) =>
    setEvents((all) => [...all, { ...event, id: (all.at(-1)?.id ?? 0) + 1 } as Event].slice(-keptEvents));

  const game = useGameSession({
    url: `${session.url}/tabletop`,
    token: session.token,
    sessionId,
    onDiceRoll: ({ player, roll }) =>
      note({ kind: 'roll', name: player.username, formula: roll.formula, rolls: roll.rolls, sum: roll.result }),
    onChatMessage: ({ player, message }) => note({ kind: 'said', name: player.username, text: message }),
    onDMNarration: ({ narration }) => note({ kind: 'told', text: narration }),
    onPlayerJoined: ({ username }) => note({ kind: 'note', text: `${username} sits down.` }),
    onPlayerLeft: ({ username }) => note({ kind: 'note', text: `${username} has left the table.` }),
    onTurnChange: ({ turn }) => setTurn(turn.current_character_name),
    onCombatUpdate: ({ combat }) => setFight(combat.active),
  });
  const attempt = (work: Promise<void>) =>
    void work.then(
      () => setProblem(''),
      () => setProblem('Nobody at the table saw that: it is not connected.'),
    );
  const roll = (formula: string) => {
    const rolls = throwDice(formula);
    attempt(game.sendDiceRoll({ formula, rolls, result: total(rolls) }));
  };
  const say = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget, (event.nativeEvent as SubmitEvent).submitter);
    const text = String(form.get('text')).trim();
    event.currentTarget.reset();
    if (text) attempt(form.get('as') === 'dm' ? game.sendDMNarration(text) : game.sendChatMessage(text));
  };
  const isLeading = game.me?.is_dm === true;

  return (
    <section className="card table" aria-label="Table" data-fight={isFight}>
      <header className="card-head">
        <h2>Session {sessionId}</h2>
        <ConnectionDot client={game.client} />
        {isFight && <span className="badge">fight</span>}
        {isLeading && (
          <button type="button" className="quiet" onClick={() => attempt(game.sendCombatUpdate(!isFight))}>
            {isFight ? 'End the fight' : 'Begin a fight'}
          </button>
        )}
      </header>
      <ConnectionBanner client={game.client} />
      <ul className="players" aria-label="Players">
        {game.players.map((player) => (
          <li key={player.user_id} data-turn={titleOf(player) === turn}>
            <Avatar name={player.username} />
            <span>{titleOf(player)}</span>
            {player.is_dm && <small>leads</small>}
            {isLeading && (
              <button type="button" className="quiet" onClick={() => attempt(game.sendTurnChange(titleOf(player)))}>
                turn
              </button>
            )}
          </li>
        ))}
      </ul>
      <ol className="events">
        {events.length === 0 && <li className="empty">The candles burn. Somebody should roll.</li>}
        {events.map((event) => (
          <li key={event.id} className={`event ${event.kind}`}>
            <EventText event={event} />
          </li>
        ))}
      </ol>
      <div className="dice">
        {dice.map((formula) => (
          <button key={formula} type="button" className="die" disabled={!game.isReady} onClick={() => roll(formula)}>
            {formula}
          </button>
        ))}
      </div>
      <form className="compose" onSubmit={say}>
        <input name="text" placeholder="Speak" aria-label="Speak" maxLength={2000} autoComplete="off" />
        <button type="submit" disabled={!game.isReady}>
          Say
        </button>
        {isLeading && (
          <button type="submit" name="as" value="dm" className="second" disabled={!game.isReady}>
            Narrate
          </button>
        )}
      </form>
      {problem && <p className="problem">{problem}</p>}
    </section>
  );
}

function EventText({ event }: { event: Event }) {
  if (event.kind === 'roll')
    return (
      <>
        <b>{event.name}</b> rolls {event.formula}
        {event.rolls.map((face, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: dice of one throw have no other name
          <span key={index} className="face">
            {face}
          </span>
        ))}
        {event.rolls.length > 1 && <b className="sum">{event.sum}</b>}
      </>
    );
  if (event.kind === 'said')
    return (
      <>
        <b>{event.name}</b> {event.text}
      </>
    );
  return <>{event.text}</>;
}
