// Members of rooms: the generated clients, what each sent, what became of it, and what it was told.
import { WebSocket } from 'ws';
import { arenaClient } from '../../generated/channels/arena/client.ts';
import { chatClient } from '../../generated/channels/chat/client.ts';
import type { Clock, Report, SocketConstructor } from '../../runtime/client/index.ts';

export interface Got {
  /** Number of a sequenced message; null: it has none. */
  readonly seq: number | null;
  readonly text: string;
}

export interface Member {
  readonly name: string;
  readonly room: string;
  readonly got: readonly Got[];
  /** Texts that the server confirmed, and those that it refused and therefore may not keep. */
  readonly acknowledged: readonly string[];
  readonly refused: readonly string[];
  /** What a client must never have to tell. */
  readonly complaints: readonly string[];
  readonly isReady: boolean;
  /** Sends still without an outcome. */
  readonly unsettled: number;
  /** Sends a text of its own; nothing where it is not ready and the channel does not wait. */
  say(text: string): void;
  /** All that the room keeps, oldest first; null: only what was told is known. */
  history(): Promise<readonly string[]> | null;
  dispose(): void;
}

export interface MemberOptions {
  readonly name: string;
  readonly room: string;
  readonly token: () => Promise<string>;
  readonly timeScale: number;
  /** The base of the server for the next attempt. */
  readonly route: () => string;
}

/** Runs as fast as the contract is scaled. */
const clockOf = (scale: number): Clock => {
  const [base, from] = [Date.now(), performance.now()];
  return {
    now: () => base + (performance.now() - from) / scale,
    setTimeout: (call, ms) => setTimeout(call, ms * scale),
    clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout),
  };
};

/** Goes to another server at each attempt, as behind a load balancer. */
const routed = (route: () => string): SocketConstructor =>
  class extends WebSocket {
    constructor(url: string) {
      const { pathname, search } = new URL(url);
      super(`${route()}${pathname}${search}`, { perMessageDeflate: false });
    }
  };

const PLACEHOLDER = 'ws://cluster.invalid';

const common = ({ token, timeScale, route }: MemberOptions) => ({
  token,
  clock: clockOf(timeScale),
  WebSocket: routed(route),
});

/** Comes back also where the contract's attempts are used up: an outage may be longer. */
const stay = (client: {
  subscribe(call: () => void): unknown;
  readonly state: { name: string; reason?: string | undefined };
  connect(): void;
}): void => {
  client.subscribe(() => {
    if (client.state.name === 'closed' && client.state.reason === 'attempts') setTimeout(() => client.connect(), 100);
  });
};

const complaint = (report: Report): string | null =>
  report.kind === 'gap'
    ? `a gap from ${report.from} to ${report.to}`
    : report.kind === 'invalid'
      ? 'an invalid message'
      : null;

/** A member of a room whose messages are numbered. */
export const sequencedMember = (options: MemberOptions): Member => {
  const got: Got[] = [];
  const acknowledged: string[] = [];
  const complaints: string[] = [];
  const client = arenaClient({ ...common(options), url: `${PLACEHOLDER}/arena`, parameters: { roomId: options.room } });
  let snapshots = 0;
  client.on('STATE_SNAPSHOT', ({ seq }) => {
    snapshots += 1;
    if (snapshots > 1) complaints.push(`a reset at ${seq}`);
  });
  client.on('CHAT', ({ seq, text = '' }) => {
    got.push({ seq, text });
    if (text.startsWith(`${options.name} `)) acknowledged.push(text);
  });
  client.onReport((report) => {
    const what = complaint(report);
    if (what !== null) complaints.push(what);
  });
  stay(client);
  client.connect();
  return {
    name: options.name,
    room: options.room,
    got,
    acknowledged,
    refused: [],
    complaints,
    get isReady() {
      return client.state.ready;
    },
    unsettled: 0,
    say: (text) => void client.send('CHAT', { text }).catch(() => {}),
    history: () => null,
    dispose: () => client.dispose(),
  };
};

/** A member of a room whose messages are confirmed, and kept. */
export const confirmedMember = (options: MemberOptions): Member => {
  const got: Got[] = [];
  const acknowledged: string[] = [];
  const refused: string[] = [];
  const complaints: string[] = [];
  const client = chatClient({ ...common(options), url: `${PLACEHOLDER}/chat`, parameters: { room_id: options.room } });
  client.on('chat_message', ({ message }) => void got.push({ seq: null, text: message.content }));
  client.onReport((report) => {
    const what = complaint(report);
    if (what !== null) complaints.push(what);
  });
  stay(client);
  client.connect();
  let unsettled = 0;
  const pages = async (): Promise<readonly string[]> => {
    const texts: string[] = [];
    let before: string | number | undefined;
    for (;;) {
      const { data } = await client.request('load_history', {
        data: { limit: 100, ...(before !== undefined && { before }) },
      });
      texts.unshift(...data.messages.map(({ content }) => content));
      before = data.messages[0]?.id;
      if (!data.has_more || before === undefined) return texts;
    }
  };
  return {
    name: options.name,
    room: options.room,
    got,
    acknowledged,
    refused,
    complaints,
    get isReady() {
      return client.state.ready;
    },
    get unsettled() {
      return unsettled;
    },
    say: (text) => {
      unsettled += 1;
      client
        .send('chat_message', { data: { message: text } })
        .then(
          () => acknowledged.push(text),
          ({ code }) => code === 'rejected' && refused.push(text),
        )
        .finally(() => {
          unsettled -= 1;
        });
    },
    history: pages,
    dispose: () => client.dispose(),
  };
};
