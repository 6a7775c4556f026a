// The rooms of the application, and the connections that last as long as it is open: the chat and the feed of events.
import { useEffect, useMemo, useState } from 'react';
import { useConnection } from 'wirepact/react';
import { BucketlistProvider } from '../../../generated/channels/bucketlist/react.ts';
import { Album } from './album/album.tsx';
import { Presence } from './album/presence.tsx';
import { GameRoom } from './arena/game-room.tsx';
import { Avatar } from './avatar.tsx';
import { Chat } from './chat/chat.tsx';
import { openChat, unreadIn } from './chat/chat-store.ts';
import { Icon } from './icon.tsx';
import type { Session } from './session.ts';
import { Tabletop } from './tabletop/tabletop.tsx';

const rooms = ['chat', 'arena', 'table', 'album'] as const;
type Room = (typeof rooms)[number];

const asked = (): Room => rooms.find((room) => location.hash === `#${room}`) ?? 'chat';

export function House({ session, onLeave }: { session: Session; onLeave: () => void }) {
  const [room, setRoom] = useState(asked);
  useEffect(() => {
    const follow = () => setRoom(asked());
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);

  const chat = useMemo(() => openChat(session), [session]);
  useConnection(chat.client);
  // Outside of components: the title counts what came while nobody looked.
  useEffect(
    () =>
      chat.store.subscribe((state) => {
        const count = unreadIn(state);
        document.title = count > 0 ? `(${count}) Lantern` : 'Lantern';
      }),
    [chat],
  );

  return (
    <BucketlistProvider url={`${session.url}/bucketlist`} token={session.token}>
      <div className="house">
        <header className="top">
          <h1 className="brand">Lantern</h1>
          <Presence me={session.person} />
          <button type="button" className="me" onClick={onLeave} title="Leave">
            <Avatar name={session.person.name} />
            <span>{session.person.name}</span>
          </button>
        </header>
        <nav className="rooms" aria-label="Rooms">
          {rooms.map((name) => (
            <a key={name} href={`#${name}`} aria-current={name === room ? 'page' : undefined}>
              <Icon name={name} /> {name}
            </a>
          ))}
        </nav>
        <main className="stage">
          {room === 'chat' && <Chat chat={chat} me={session.person} />}
          {room === 'arena' && <GameRoom session={session} roomId="lobby" />}
          {room === 'table' && <Tabletop session={session} sessionId={7} />}
          {room === 'album' && <Album session={session} albumId="summer" />}
        </main>
      </div>
    </BucketlistProvider>
  );
}
