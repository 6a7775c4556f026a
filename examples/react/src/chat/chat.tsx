// The chat: rooms at the side, one of them open.
import { type FormEvent, useState } from 'react';
import type { Person } from '../../backend-people.ts';
import { ConnectionBanner, ConnectionDot } from '../indicator.tsx';
import { ChatRoom } from './chat-room.tsx';
import type { OpenChat } from './chat-store.ts';
import { homeRoom } from './chat-store.ts';
import { useChatRooms } from './use-chat-rooms.ts';

const suggestions = ['general', 'trips', 'kitchen'];

export function Chat({ chat, me }: { chat: OpenChat; me: Person }) {
  const { rooms, unread, activeRoomId, joinRoom, leaveRoom, markRoomAsRead } = useChatRooms(chat);
  const [problem, setProblem] = useState('');
  const names = [...new Set([...suggestions, ...rooms.map(({ id }) => id)])];

  const attempt = (work: Promise<unknown>) =>
    void work.then(
      () => setProblem(''),
      () => setProblem('That did not work. Is the connection there?'),
    );
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const name = String(new FormData(event.currentTarget).get('room')).trim();
    if (name) attempt(joinRoom(name));
    event.currentTarget.reset();
  };

  return (
    <section className="card chat" aria-label="Chat">
      <aside className="chat-rooms">
        <h2>Rooms</h2>
        <ul>
          {names.map((name) => (
            <li key={name}>
              <button
                type="button"
                className="room"
                aria-current={name === activeRoomId ? 'true' : undefined}
                onClick={() => attempt(joinRoom(name))}
              >
                <span># {name}</span>
                {!!unread[name] && <span className="badge">{unread[name]}</span>}
              </button>
            </li>
          ))}
        </ul>
        <form className="chat-new" onSubmit={submit}>
          <input name="room" placeholder="another room" aria-label="Another room" pattern="[A-Za-z0-9_.\-]{1,64}" />
        </form>
        {problem && <p className="problem">{problem}</p>}
      </aside>
      <div className="chat-open">
        <header className="card-head">
          <h2># {activeRoomId}</h2>
          <ConnectionDot client={chat.client} />
          {activeRoomId !== homeRoom && (
            <button type="button" className="quiet" onClick={() => attempt(leaveRoom(activeRoomId))}>
              Leave
            </button>
          )}
        </header>
        <ConnectionBanner client={chat.client} />
        <ChatRoom key={activeRoomId} chat={chat} roomId={activeRoomId} me={me} onSeen={markRoomAsRead} />
      </div>
    </section>
  );
}
