// Who is there, and which of the four rooms is shown.
import { useEffect, useState } from 'react';
import { everyone, type Person } from '../backend-people.ts';
import { Avatar } from './avatar.tsx';
import { House } from './house.tsx';
import { openSession, rememberedUser, rememberUser, type Session } from './session.ts';

const remembered = everyone.find(({ id }) => id === rememberedUser()) ?? null;

export function App() {
  const [person, setPerson] = useState<Person | null>(remembered);
  const [session, setSession] = useState<Session | null>(null);
  useEffect(() => {
    if (!person) return;
    let isWanted = true;
    void openSession(person).then((opened) => isWanted && setSession(opened));
    return () => {
      isWanted = false;
      setSession(null);
    };
  }, [person]);

  const choose = (next: Person | null) => {
    rememberUser(next?.id ?? null);
    setPerson(next);
  };
  if (!person) return <Door onChoose={choose} />;
  return session ? <House session={session} onLeave={() => choose(null)} /> : <p className="waiting">Lighting …</p>;
}

function Door({ onChoose }: { onChoose: (person: Person) => void }) {
  return (
    <main className="door">
      <h1 className="brand">Lantern</h1>
      <p>A place for friends. Who is at the door? Open a second tab to be somebody else.</p>
      <ul className="people">
        {everyone.map((person) => (
          <li key={person.id}>
            <button type="button" className="person" onClick={() => onChoose(person)}>
              <Avatar name={person.name} />
              <span>{person.name}</span>
              {person.name === 'dana' && <small>leads the table</small>}
            </button>
          </li>
        ))}
      </ul>
    </main>
  );
}
