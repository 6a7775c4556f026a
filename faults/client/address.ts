// Faults of the address and of the token in it.
import { by } from '../fault.ts';
import type { ClientFault } from './client-fault.ts';
import { withFace } from './decorate-face.ts';
import { onSocket } from './decorate-socket.ts';

const withUrl = (change: (url: string) => string): NonNullable<ClientFault['given']> => {
  return (given) => onSocket(given, () => ({}), { url: change });
};

export const addressFaults: readonly ClientFault[] = [
  {
    id: 'address/token-in-another-parameter',
    sentence: 'The client sends its token in a query parameter of its own choice.',
    intended: [by('handshake/client-address', 'wrong-query')],
    appliesTo: ({ token }) => token !== undefined,
    given: (given, { token }) => withUrl((url) => url.replace(`${token}=`, `another_${token}=`))(given, {} as never),
  },
  {
    id: 'address/token-twice',
    sentence: 'The client sends its token twice.',
    intended: [by('handshake/client-address', 'wrong-query')],
    appliesTo: ({ token }) => token !== undefined,
    given: (given, { token }) =>
      onSocket(given, () => ({}), { url: (url) => `${url}&${token}=${new URL(url).searchParams.get(token!)}` }),
  },
  {
    id: 'address/slash-lost',
    sentence: 'The client leaves out the slash at the end of the path.',
    intended: [by('handshake/client-address', 'wrong-path')],
    appliesTo: ({ address }) => address.endsWith('/'),
    given: withUrl((url) => url.replace(/\/(\?|$)/, '$1')),
  },
  {
    id: 'address/path-in-upper-case',
    sentence: 'The client changes the case of the path.',
    intended: [by('handshake/client-address', 'wrong-path')],
    appliesTo: () => true,
    given: withUrl((url) => {
      const changed = new URL(url);
      changed.pathname = changed.pathname.toUpperCase();
      return changed.href;
    }),
  },
];

export const tokenFaults: readonly ClientFault[] = [
  {
    id: 'token/kept',
    sentence: 'The client asks for a token at each attempt, and uses the first one for ever.',
    intended: [by('auth/token-per-attempt', 'reused'), by('close-codes/client-refreshes-token', 'reused')],
    appliesTo: ({ token }) => token !== undefined,
    given(given) {
      let first: string | undefined;
      return {
        ...given,
        async token() {
          const answer = await given.token();
          first ??= answer;
          return first;
        },
      };
    },
  },
  {
    id: 'token/failure-ignored',
    sentence: 'The client connects without a token where none can be had.',
    intended: [by('auth/token-failure-is-failed-attempt', 'opened-without', 'stuck')],
    appliesTo: ({ token }) => token !== undefined,
    given: (given) => ({ ...given, token: () => given.token().catch(() => '') }),
  },
  {
    id: 'token/failure-wedges',
    sentence: 'The client never tries again after its token provider failed.',
    intended: [by('auth/token-failure-is-failed-attempt', 'stuck')],
    appliesTo: ({ token }) => token !== undefined,
    given: (given, { reconnect }) => ({
      ...given,
      override: { ...given.override, reconnect: { ...reconnect, tokenTimeoutMs: 2 ** 40 } },
      token: () => given.token().catch(() => new Promise<string>(() => {})),
    }),
  },
  {
    id: 'token/waits-for-ever',
    sentence: 'The client waits for a token as long as it takes.',
    intended: [by('auth/token-timeout', 'never')],
    appliesTo: ({ token }) => token !== undefined,
    given: (given, { reconnect }) => ({
      ...given,
      override: { ...given.override, reconnect: { ...reconnect, tokenTimeoutMs: 2 ** 40 } },
    }),
  },
  {
    id: 'token/late-one-opens',
    sentence: 'A token that comes when its attempt is over opens a connection all the same.',
    intended: [by('auth/late-token-ignored', 'late-token-used')],
    appliesTo: ({ token }) => token !== undefined,
    given(given, table) {
      let asked = 0;
      let address: string | null = null;
      const { WebSocket } = given;
      const watched = onSocket(given, ({ url }) => {
        address = url;
        return {};
      });
      return {
        ...watched,
        async token() {
          asked += 1;
          const own = asked;
          const answer = await given.token();
          if (own !== asked && address !== null && table.token !== undefined) {
            const url = new URL(address);
            url.searchParams.set(table.token, answer);
            new WebSocket(url.href).onerror = () => {};
          }
          return answer;
        },
      };
    },
  },
  {
    id: 'token/close-forgotten-while-asking',
    sentence: 'A client that is closed while it waits for a token connects when the token comes.',
    intended: [by('auth/closed-while-asking', 'late-token-used')],
    appliesTo: ({ token }) => token !== undefined,
    face: (face) =>
      withFace(face, {
        close() {
          if (face.state.name !== 'connecting') face.close();
        },
      }),
  },
];
