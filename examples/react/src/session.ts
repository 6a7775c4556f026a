// Who uses the application in this tab, where the socket server is, and how a token is had.
import type { TokenContext } from 'wirepact/client';
import type { Person } from '../backend-people.ts';

export interface Session {
  readonly person: Person;
  /** `ws://host:port`; each channel adds its own path. */
  readonly url: string;
  /** Asked at every attempt: a token that has expired meanwhile is never used again. */
  readonly token: (context: TokenContext) => Promise<string>;
  /** Asks the back end for something, as this person. */
  readonly call: <T>(path: string, options?: RequestInit) => Promise<T>;
}

async function read<T>(path: string, options?: RequestInit): Promise<T> {
  const response = await fetch(path, options);
  if (!response.ok) throw new Error(`The back end answered ${response.status}.`);
  return await response.json();
}

export async function openSession(person: Person): Promise<Session> {
  const { url } = await read<{ url: string }>('/api/config');
  const call: Session['call'] = (path, options) => read(`/api/${path}?user=${person.id}`, options);
  return {
    person,
    url,
    call,
    token: async ({ signal }) => (await call<{ token: string }>('token', { signal })).token,
  };
}

const key = 'lantern-user';

/** A tab is one person; another tab may be another. */
export const rememberedUser = (): string | null =>
  new URLSearchParams(location.search).get('user') ?? sessionStorage.getItem(key);
export const rememberUser = (id: string | null): void =>
  id === null ? sessionStorage.removeItem(key) : sessionStorage.setItem(key, id);
