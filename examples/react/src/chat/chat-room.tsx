// The open room: lines, receipts, who types, and the field to write in.
import { type FormEvent, useEffect, useRef, useState } from 'react';
import type { Person } from '../../backend-people.ts';
import { Avatar } from '../avatar.tsx';
import type { OpenChat } from './chat-store.ts';
import type { Line } from './lines.ts';
import { useChatWebSocket } from './use-chat-web-socket.ts';

/** Typing ends when nothing was typed for so long. */
const typingMs = 2500;

interface RoomProps {
  chat: OpenChat;
  roomId: string;
  me: Person;
  onSeen: (room: string) => Promise<void>;
}

export function ChatRoom({ chat, roomId, me, onSeen }: RoomProps) {
  const room = useChatWebSocket(chat, roomId, me);
  const { messages, typingUsers, readBy, hasMore, sendMessage, sendReadReceipt, scrollToBottom } = room;
  const isVisible = usePageVisible();
  const last = messages.findLast(({ author, state }) => author !== me.name && state === 'sent')?.id;
  useEffect(() => {
    if (!isVisible || last === undefined) return;
    sendReadReceipt(last).catch(() => {});
    onSeen(roomId).catch(() => {});
  }, [isVisible, last, sendReadReceipt, onSeen, roomId]);
  const count = messages.length;
  useEffect(() => {
    if (count > 0) scrollToBottom();
  }, [count, scrollToBottom]);

  const readers = (line: Line) =>
    Object.entries(readBy).flatMap(([name, id]) => (id === line.id && name !== me.name ? [name] : []));
  return (
    <>
      <div className="lines">
        {hasMore && (
          <button type="button" className="quiet" onClick={() => void room.loadHistory(messages[0]?.id)}>
            Older messages
          </button>
        )}
        {messages.length === 0 && <p className="empty">Nothing was said here yet.</p>}
        <ol>
          {messages.map((line, index) => (
            <li key={line.key} className="line" data-own={line.author === me.name} data-state={line.state}>
              {messages[index - 1]?.author !== line.author && (
                <span className="author">
                  <Avatar name={line.author} /> {line.author}
                </span>
              )}
              <span className="bubble">{line.content}</span>
              <LineState line={line} readers={readers(line)} onRetry={() => void sendMessage(line.content, line.key)} />
            </li>
          ))}
        </ol>
        <div ref={room.messagesEndRef} />
      </div>
      <p className="typing" aria-live="polite">
        {typingUsers.length > 0 && `${typingUsers.join(' and ')} ${typingUsers.length > 1 ? 'are' : 'is'} typing …`}
      </p>
      <Compose onSend={sendMessage} onTyping={room.sendTypingIndicator} />
    </>
  );
}

function LineState({ line, readers, onRetry }: { line: Line; readers: string[]; onRetry: () => void }) {
  if (line.state === 'waiting') return <span className="line-state">on its way …</span>;
  if (line.state === 'failed')
    return (
      <button type="button" className="line-state failed" onClick={onRetry}>
        not sent. Try again
      </button>
    );
  return readers.length > 0 ? <span className="line-state">read by {readers.join(', ')}</span> : null;
}

function Compose({ onSend, onTyping }: { onSend: (text: string) => void; onTyping: (is: boolean) => unknown }) {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const told = useRef(false);
  const tell = (is: boolean) => {
    clearTimeout(timer.current);
    if (is) timer.current = setTimeout(() => tell(false), typingMs);
    if (told.current === is) return;
    told.current = is;
    onTyping(is);
  };
  useEffect(() => () => clearTimeout(timer.current), []);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const text = String(new FormData(event.currentTarget).get('text')).trim();
    event.currentTarget.reset();
    tell(false);
    if (text) onSend(text);
  };
  return (
    <form className="compose" onSubmit={submit}>
      <input
        name="text"
        placeholder="Say something"
        aria-label="Message"
        autoComplete="off"
        maxLength={2000}
        onChange={({ target }) => tell(target.value !== '')}
      />
      <button type="submit">Send</button>
    </form>
  );
}

function usePageVisible(): boolean {
  const [isVisible, setVisible] = useState(!document.hidden);
  useEffect(() => {
    const follow = () => setVisible(!document.hidden);
    document.addEventListener('visibilitychange', follow);
    return () => document.removeEventListener('visibilitychange', follow);
  }, []);
  return isVisible;
}
