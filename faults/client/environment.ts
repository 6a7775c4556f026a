// Faults of hearing what the page is told: offline, online, hidden, visible, into the back/forward cache and out of it.
import type { EnvironmentEvent } from '../../runtime/client/index.ts';
import { by } from '../fault.ts';
import type { ClientFault, Given } from './client-fault.ts';
import { never, reconnecting, typeOf } from './decorate-face.ts';
import { onSocket, parsed } from './decorate-socket.ts';
import { sleepFaults } from './sleep.ts';

const everywhere = () => true;

/** What the client hears in place of an event; null: nothing. */
const hearing = (given: Given, change: (event: EnvironmentEvent) => EnvironmentEvent | null): Given => ({
  ...given,
  environment: {
    ...given.environment,
    listen: (call) =>
      given.environment.listen((event) => {
        const heard = change(event);
        if (heard !== null) call(heard);
      }),
  },
});

const deaf = (lost: EnvironmentEvent) => (given: Given) => hearing(given, (event) => (event === lost ? null : event));

export const environmentFaults: readonly ClientFault[] = [
  {
    id: 'environment/deaf-to-online',
    sentence: 'The client does not notice that the browser is online again.',
    intended: [by('reconnect/online-tries-at-once', 'never', 'too-late')],
    appliesTo: everywhere,
    given: deaf('online'),
  },
  {
    id: 'environment/deaf-to-offline',
    sentence: 'The client tries on as if the browser were online.',
    intended: [by('reconnect/offline-goes-on', 'too-early')],
    appliesTo: everywhere,
    given: deaf('offline'),
  },
  {
    id: 'environment/offline-not-probed',
    sentence: 'The client believes in a connection that the browser says is offline, without asking.',
    intended: [by('reconnect/offline-probes', 'no-probe')],
    appliesTo: ({ ping }) => ping !== undefined,
    given: deaf('offline'),
  },
  {
    id: 'environment/offline-stops',
    sentence: 'The client makes no attempt while the browser says that it is offline.',
    intended: [by('reconnect/offline-goes-on', 'never')],
    appliesTo: everywhere,
    given: (given, table) => reconnecting(given, table, { offlineRetryMs: never }),
  },
  {
    id: 'environment/offline-drops',
    sentence: 'The client drops its connection when the browser says offline.',
    intended: [by('reconnect/offline-keeps-connection', 'dropped')],
    appliesTo: everywhere,
    given: (given) => hearing(given, (event) => (event === 'offline' ? 'pagehide' : event)),
  },
  {
    id: 'environment/deaf-to-hidden',
    sentence: 'A hidden page tries on.',
    intended: [by('reconnect/hidden-pauses', 'not-paused')],
    appliesTo: everywhere,
    given: deaf('hidden'),
  },
  {
    id: 'environment/deaf-to-visible',
    sentence: 'A page that is shown again does not come back, and asks for no sign of life.',
    intended: [by('reconnect/hidden-pauses', 'never'), by('reconnect/shown-probes', 'no-probe')],
    appliesTo: everywhere,
    given: deaf('visible'),
  },
  {
    id: 'environment/shown-drops',
    sentence: 'The client drops its connection when the page is shown again.',
    intended: [by('reconnect/shown-probes', 'no-probe', 'dropped')],
    appliesTo: ({ ping }) => ping !== undefined,
    given: (given) => hearing(given, (event) => (event === 'visible' ? 'pagehide' : event)),
  },
  {
    id: 'environment/deaf-to-pagehide',
    sentence: 'A page in the back/forward cache tries on.',
    intended: [by('reconnect/page-cache-returns', 'not-paused')],
    appliesTo: everywhere,
    given: deaf('pagehide'),
  },
  {
    id: 'environment/deaf-to-pageshow',
    sentence: 'A page that is back from the back/forward cache makes no attempt.',
    intended: [by('reconnect/page-cache-returns', 'never')],
    appliesTo: everywhere,
    given: deaf('pageshow'),
  },
  {
    id: 'environment/back-without-asking',
    sentence: 'A page that is back from the back/forward cache does not ask for what it missed.',
    intended: [by('resync/page-cache-missed-delivered', 'lost')],
    appliesTo: ({ resync }) => resync !== undefined,
    given(given, table) {
      let wasAway = false;
      const noting = hearing(given, (event) => {
        wasAway ||= event === 'pagehide';
        return event;
      });
      return onSocket(noting, (wire) => ({
        send(text) {
          if (!wasAway || typeOf(parsed(text), table) !== table.resync?.request.type) wire.send(text);
        },
      }));
    },
  },
  ...sleepFaults,
];
