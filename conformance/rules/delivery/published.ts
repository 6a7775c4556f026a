// Rules about messages that the server's own code sends, through the publish hook: exactly those addressed get them, once.
import type { Channel, ServerMessage } from '../../../scripts/model.ts';
import type { Connection, Received } from '../../harness/connection.ts';
import { brief } from '../../harness/pointer.ts';
import { isShared } from '../../harness/sharing.ts';
import type { Kit, Published, PublishTo } from '../../kit.ts';
import { Failed, lowest, type Needs, type Rule } from '../../rule.ts';
import { longCaseMs } from '../validation/scene.ts';

interface Audience {
  readonly to: PublishTo;
  readonly present: readonly Connection[];
  readonly addressed: readonly Connection[];
}

function perPublished(
  applies: (message: ServerMessage) => boolean,
  needs: (channel: Channel) => Needs,
  run: (kit: Kit, message: ServerMessage) => Promise<void>,
): Rule['cases'] {
  return (_contract, channel) =>
    channel.serverMessages.flatMap((message) => {
      const trigger = message.triggers.find(({ on }) => on === 'server');
      const { delivery } = message;
      if (trigger === undefined || delivery === null || delivery.to === 'direct' || !applies(message)) return [];
      return [
        {
          channel: channel.name,
          message: message.type,
          level: lowest(message.level, delivery.level, trigger.level),
          source: delivery.source,
          needs: { ...needs(channel), hooks: ['publish'] as const },
          timeoutMs: longCaseMs,
          run: (kit) => run(kit, message),
        },
      ];
    });
}

/** Two connections of one user and one of another, and whoever else must not hear it. */
async function audienceOf(kit: Kit, message: ServerMessage): Promise<Audience> {
  const [first, second] = kit.users;
  const room = kit.rooms[0];
  const other = kit.rooms[1];
  const here = room === undefined ? {} : { room };
  const { own, tab, peer } = await kit.party({
    own: { user: first!, ...here },
    tab: { user: first!, ...here },
    peer: { user: second!, ...here },
  });
  const present = [own!, tab!, peer!];
  const isUser = message.delivery?.to === 'user';
  const to: PublishTo = isUser ? { users: [first!.id] } : room === undefined ? {} : { room };
  const addressed = isUser ? [own!, tab!] : [...present];
  if (other !== undefined) {
    const outsider = await kit.joined({ name: 'a connection in another room', user: second!, room: other });
    present.push(outsider);
    if (message.delivery?.to === 'everyone') addressed.push(outsider);
  }
  await kit.quiesce(present);
  return { to, present, addressed };
}

function copies(
  connection: Connection,
  message: ServerMessage,
  published: Published,
  from: number,
): readonly Received[] {
  return connection
    .since(from, message.key)
    .filter(({ text }) => published.marker === null || text.includes(published.marker));
}

async function publishAndJudge(kit: Kit, message: ServerMessage, { to, present, addressed }: Audience): Promise<void> {
  const times = 2;
  const from = present.map((connection) => connection.messages.length);
  const startOf = (connection: Connection) => from[present.indexOf(connection)] ?? 0;
  const all: Published[] = [];
  for (let count = 0; count < times; count += 1) all.push(await kit.publish(message.key, to));
  const wanted = all.some(({ marker }) => marker === null) ? times : 1;
  for (const published of all) {
    for (const connection of addressed) {
      const got = () => copies(connection, message, published, startOf(connection));
      await connection.until(() => connection.ending !== null || got().length >= wanted, kit.patienceMs);
    }
  }
  await kit.fence(present);
  const word = message.delivery?.to;
  for (const published of all) {
    for (const connection of present) {
      const got = copies(connection, message, published, startOf(connection));
      const owed = addressed.includes(connection) ? wanted : 0;
      if (got.length === owed) continue;
      const reason = owed === 0 ? 'leaked' : got.length === 0 ? 'missing' : got.length < owed ? 'lost' : 'duplicate';
      throw new Failed(`${owed} ${message.type} on ${connection.name} (delivery ${word})`, `${got.length}`, { reason });
    }
  }
  for (const connection of addressed) {
    for (const received of connection.since(startOf(connection), message.key)) {
      const wrong = kit.schemaIssues(message.key, received.value);
      if (wrong !== '')
        throw new Failed(`a valid ${message.type}`, `${wrong}: ${brief(received.value)}`, { reason: 'invalid' });
    }
  }
  const markers = all.flatMap(({ marker }) => (marker === null ? [] : [marker]));
  for (const connection of addressed) {
    const order = connection
      .since(startOf(connection), message.key)
      .flatMap(({ text }) => markers.filter((marker) => text.includes(marker)));
    if (brief(order) !== brief(markers)) {
      throw new Failed(`${brief(markers)} on ${connection.name}, in this order`, brief(order), {
        reason: 'wrong-order',
      });
    }
  }
}

export const published: Rule = {
  id: 'delivery/published',
  level: 'MUST',
  role: 'server',
  sentence:
    "What the server's own code sends reaches exactly those whom its delivery rule names, on every connection of theirs, once.",
  cases: perPublished(
    () => true,
    (channel) => ({ users: 2, ...(isShared(channel) ? {} : { rooms: 2 }) }),
    async (kit, message) => {
      await publishAndJudge(kit, message, await audienceOf(kit, message));
    },
  ),
};

export const publishedToSeveral: Rule = {
  id: 'delivery/published-to-several-users',
  level: 'MUST',
  role: 'server',
  sentence:
    "What the server's own code sends to several users reaches every connection of each of them, and no one else.",
  cases: perPublished(
    (message) => message.delivery?.to === 'user',
    () => ({ users: 3 }),
    async (kit, message) => {
      const [first, second, third] = kit.users;
      const party = await kit.party({
        first: { user: first! },
        "the first user's other connection": { user: first! },
        second: { user: second! },
        'a user who is not addressed': { user: third! },
      });
      const present = Object.values(party);
      const to = { users: [first!.id, second!.id] };
      await publishAndJudge(kit, message, { to, present, addressed: present.slice(0, 3) });
    },
  ),
};
