// Rules about the heartbeats that the client starts: the answer is direct, says what was sent, and needs no membership.
import type { Channel, Heartbeat } from '../../../scripts/model.ts';
import type { Connection } from '../../harness/connection.ts';
import { brief, sameJson, valueAt } from '../../harness/pointer.ts';
import type { Kit } from '../../kit.ts';
import { Failed, lowest, type Needs, type Rule } from '../../rule.ts';

function clientBeats(
  run: (kit: Kit, beat: Heartbeat, ping: string, pong: string) => Promise<void>,
  needs: Needs = { users: 1 },
  applies: (channel: Channel, beat: Heartbeat) => boolean = () => true,
): Rule['cases'] {
  return (_contract, channel) =>
    channel.heartbeats.flatMap((beat) => {
      const { ping, pong } = beat;
      if (beat.initiator !== 'client' || ping === null || pong === null || !applies(channel, beat)) return [];
      const message = channel.serverMessages.find((one) => one.key === pong);
      const level = lowest(beat.level, message?.level ?? 'MUST');
      const place = { channel: channel.name, level, source: beat.source, needs };
      return [
        {
          ...place,
          ...(message === undefined ? {} : { message: message.type }),
          run: (kit: Kit) => run(kit, beat, ping, pong),
        },
      ];
    });
}

export const pingAnswered: Rule = {
  id: 'heartbeat/ping-answered',
  role: 'server',
  level: 'MUST',
  sentence: "A client's ping is answered once, with exactly what the contract says is echoed.",
  cases: clientBeats(async (kit, beat, ping, pong) => {
    const member = await kit.joined({ name: 'member' });
    await kit.quiesce([member]);
    for (const variant of echoVariants(kit, beat, ping)) {
      const sent = await kit.send(member, ping, { with: variant });
      const answer = await member.take(pong, { what: `a ${pong}` });
      for (const { from: source, to } of beat.echo) {
        const wanted = valueAt(sent.value, source);
        const got = valueAt(answer.value, to);
        if (!sameJson(wanted, got)) throw new Failed(`${to} = ${brief(wanted)}`, brief(got), { reason: 'changed' });
      }
    }
    // One fence for all: where it has to wait, a fence for each would outlast the case.
    await kit.fence([member]);
    const more = member.inbox.filter((message) => message.key === pong).length;
    if (more > 0) throw new Failed('one answer to a ping', `${more} more`, { reason: 'duplicate' });
  }),
};

export const answeredBeforeJoining: Rule = {
  id: 'heartbeat/ping-answered-unjoined',
  role: 'server',
  level: 'MUST',
  sentence: 'A ping is answered on a connection that has not joined a room.',
  cases: clientBeats(
    async (kit, _beat, ping, pong) => {
      const connection = await kit.connect({ name: 'not joined' });
      await kit.send(connection, ping);
      await connection.take(pong, { what: `a ${pong}` });
    },
    { users: 1 },
    (channel) => channel.room?.scope === 'room' && !channel.room.joinOnOpen,
  ),
};

export const pongNotBroadcast: Rule = {
  id: 'heartbeat/pong-not-broadcast',
  role: 'server',
  level: 'MUST',
  sentence: 'The answer to a ping reaches the connection that pinged, once, and no other.',
  cases: clientBeats(
    async (kit, _beat, ping, pong) => {
      const [owner, other] = kit.users;
      if (owner === undefined || other === undefined) throw new Error('two users were asked for');
      const party = await kit.party({ sender: { user: owner }, 'other tab': { user: owner }, peer: { user: other } });
      const connections = Object.values(party);
      const sender = party.sender;
      if (sender === undefined) throw new Error('the party has a sender');
      const from = connections.map((connection) => connection.messages.length);
      const before = kit.frames().length;
      await kit.send(sender, ping);
      await sender.take(pong, { what: `a ${pong}` });
      await kit.fence(connections);
      for (const [index, connection] of connections.entries()) {
        const got = connection.since(from[index] ?? 0, pong).length;
        // Where a ping has nothing in it that tells whose it is, the suite's round trips count too.
        const own = connection === sender ? 1 : 0;
        const isTold = [kit.message(ping).marker, kit.message(ping).id].some((mark) => mark !== null);
        const wanted = isTold ? own : pingsSent(kit, connection, ping, before);
        if (got !== wanted) {
          const reason = wanted === 0 ? 'leaked' : got === 0 ? 'missing' : 'duplicate';
          throw new Failed(`${wanted} ${pong} on ${connection.name}`, `${got}`, { reason });
        }
      }
    },
    { users: 2 },
  ),
};

/** Pings that the case sent on a connection from a frame on, those of its fences too. */
function pingsSent(kit: Kit, { name }: Connection, ping: string, from: number): number {
  const { type } = kit.clientMessage(ping);
  const { discriminator } = kit.channel.envelope;
  const frames = kit.frames().slice(from);
  return frames.filter(({ connection, direction, kind, data }) => {
    if (connection !== name || direction !== 'sent' || kind !== 'text') return false;
    return discriminator === null || valueAt(parsed(data), discriminator) === type;
  }).length;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The values that an echo must give back unchanged: of each type that the schema takes, the awkward ones included. */
function echoVariants(kit: Kit, beat: Heartbeat, ping: string): readonly Readonly<Record<string, unknown>>[] {
  const candidates = [0, 1.5, 1_790_000_000_123, -1, '0', 'ünïcode \u{1f600}', ''];
  const variants = beat.echo.flatMap(({ from }) => candidates.map((value) => ({ [from]: value })));
  const accepted = variants.filter((variant) => kit.schemaAccepts(kit.message(ping, { with: variant })));
  return accepted.length === 0 ? [{}] : accepted;
}
