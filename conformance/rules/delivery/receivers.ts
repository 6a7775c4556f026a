// The delivery rule of every server message that a client message causes, as an exact truth table of six parties.
import type { Channel, ClientMessage, ServerMessage } from '../../../scripts/model.ts';
import type { Connection } from '../../harness/connection.ts';
import type { Built } from '../../harness/messages.ts';
import { isShared } from '../../harness/sharing.ts';
import type { Kit } from '../../kit.ts';
import { type Case, Failed, lowest, type Rule } from '../../rule.ts';
import { roleFor } from '../validation/scene.ts';
import { copiesFor, type Party, parties } from './truth-table.ts';

/** Messages sent in a row, from one of the contract's examples after the other where they are passed on: shows order, lost ones, and
 * what is always the same; few enough for any rate limit. */
const burst = 3;

export const receivers: Rule = {
  id: 'delivery/receivers',
  level: 'MUST',
  role: 'server',
  sentence: 'A message reaches exactly the connections that its delivery rule names, each once, in the order sent.',
  cases: (_contract, channel) =>
    channel.serverMessages.flatMap((effect) => {
      const cause = causeOf(channel, effect);
      return cause === null || effect.delivery === null ? [] : [caseFor(channel, effect, cause)];
    }),
};

/** The client message that causes it; joins, leaves and resyncs have rules of their own. */
export function causeOf(channel: Channel, effect: ServerMessage): ClientMessage | null {
  if (effect.key === channel.error?.message) return null;
  const own = [channel.room?.join?.message, channel.room?.leave?.message, channel.resync?.request.message];
  for (const trigger of effect.triggers) {
    if (trigger.on !== 'message' || own.includes(trigger.message)) continue;
    const found = channel.clientMessages.find((message) => message.key === trigger.message);
    if (found !== undefined) return found;
  }
  return null;
}

/** A case about what a client's message causes, with another user beside its sender. */
export function relayCase(channel: Channel, effect: ServerMessage, cause: ClientMessage, run: Case['run']): Case {
  const role = roleFor(cause);
  return {
    channel: channel.name,
    message: effect.type,
    level: lowest(effect.level, effect.delivery?.level ?? 'MUST', cause.level),
    source: effect.source,
    needs: { users: 2, ...(role === null ? {} : { roles: [role] }) },
    run,
  };
}

function caseFor(channel: Channel, effect: ServerMessage, cause: ClientMessage): Case {
  const delivery = effect.delivery!;
  const role = cause.requires.find((requirement) => requirement.condition === 'role');
  return {
    channel: channel.name,
    message: effect.type,
    level: lowest('MUST', effect.level, delivery.level, cause.level),
    source: delivery.source,
    needs: {
      users: 2,
      moreUsers: 3,
      ...(isShared(channel) ? {} : { rooms: 1, moreRooms: 1 }),
      ...(role?.condition === 'role' ? { roles: [role.role] } : {}),
    },
    run: (kit) => check(kit, effect, cause, role?.condition === 'role' ? role.role : null),
  };
}

async function check(kit: Kit, effect: ServerMessage, cause: ClientMessage, role: string | null): Promise<void> {
  const [first, second, third, fourth, fifth] = kit.users;
  const sender = role === null ? first! : kit.withRole(role);
  const room = kit.rooms[0];
  // Look-alike names have a rule of their own: one mistake about them is not one for every message.
  const other = kit.rooms[1];
  const here = room === undefined ? {} : { room };
  const joined: Record<string, Connection | undefined> = {
    ...(await kit.party({
      sender: { user: sender, ...here },
      second: { user: sender, ...here },
      peer1: { user: second!, ...here },
      ...(third === undefined ? {} : { peer2: { user: third, ...here } }),
      ...(kit.room === null || other === undefined ? {} : { outsider: { user: fourth ?? second!, room: other } }),
      ...(kit.room?.leave ? { leaver: { user: fifth ?? second!, ...here } } : {}),
    })),
  };
  if (joined.leaver !== undefined && !(await hasLeft(kit, joined.leaver))) joined.leaver = undefined;
  const all = Object.values(joined).filter((connection) => connection !== undefined);
  await kit.quiesce(all);

  const sent: Built[] = [];
  const addressed = effect.triggers.find((trigger) => trigger.on === 'message' && trigger.message === cause.key);
  const user = addressed?.on === 'message' ? addressed.user : null;
  // What is answered may depend on what the server has: another example may name something else that it has not.
  const isRelayed = effect.delivery!.to !== 'direct';
  for (let count = 0; count < burst; count += 1) {
    const options = user === null ? {} : { with: { [user]: second!.id } };
    sent.push(await kit.send(joined.sender!, cause.key, { ...options, example: isRelayed ? count : 0 }));
  }
  const expected = sent.map((one) => kit.expected(effect.key, { user: sender, sent: one, room: room ?? null }));

  // First everyone who is to get them, then the fence: what came until then is all there will be.
  await Promise.all(
    parties.map(async (party) => {
      const connection = joined[party];
      if (connection === undefined || copiesFor(effect.delivery!.to, party) === 0) return;
      const hasAll = () => connection.ending !== null || copies(connection, effect).length >= burst;
      await connection.until(hasAll, kit.patienceMs);
    }),
  );
  await kit.fence(all);
  // Leaks before counts: what is sent to too many is also seen twice by those who may see it.
  const present = parties.filter((party) => joined[party] !== undefined);
  const uninvolved = present.filter((party) => copiesFor(effect.delivery!.to, party) === 0);
  for (const party of [...uninvolved, ...present.filter((one) => !uninvolved.includes(one))]) {
    judge(party, joined[party]!, effect, expected);
  }
}

/** Leaving is judged elsewhere; where it is only a SHOULD and fails, nobody plays that part. */
async function hasLeft(kit: Kit, leaver: Connection): Promise<boolean> {
  const row = kit.room?.leave ?? null;
  const message = kit.channel.clientMessages.find(({ key }) => key === row?.message);
  try {
    await kit.leave(leaver);
    return true;
  } catch (error) {
    if (!(error instanceof Failed) || lowest(row?.level ?? 'MUST', message?.level ?? 'MUST') === 'MUST') throw error;
    return false;
  }
}

function copies(connection: Connection, effect: ServerMessage) {
  return connection.inbox.filter((message) => message.key === effect.key);
}

const names: Readonly<Record<Party, string>> = {
  sender: 'the sender',
  second: "the sender's second connection",
  peer1: 'the first peer',
  peer2: 'the second peer',
  outsider: 'a connection in another room',
  leaver: 'a connection that has left the room',
};

function judge(
  party: Party,
  connection: Connection,
  effect: ServerMessage,
  expected: readonly ReturnType<Kit['expected']>[],
): void {
  const who = names[party];
  const wanted = copiesFor(effect.delivery!.to, party);
  const got = copies(connection, effect);
  const rule = `delivery ${effect.delivery!.to}`;
  if (wanted === 0) {
    if (got.length === 0) return;
    throw new Failed(`${who} gets no ${effect.type} (${rule})`, `it got ${got.length}: ${got[0]!.text}`, {
      reason: 'leaked',
    });
  }
  if (got.length !== burst) {
    const reason = got.length === 0 ? 'missing' : got.length > burst ? 'duplicate' : 'lost';
    throw new Failed(
      `${who} gets ${burst} ${effect.type}, one for each message sent (${rule})`,
      `it got ${got.length}`,
      { reason },
    );
  }
  const places = got.map((message) => expected.flatMap((one, index) => (one.isAbout(message.value) ? [index] : [])));
  if (places.some((found, index) => found.length === 1 && found[0] !== index)) {
    const seen = places.map((found) => `number ${found.map((place) => place + 1).join(' or ') || '?'}`).join(', ');
    throw new Failed(`${who} gets them in the order sent`, seen, { reason: 'wrong-order' });
  }
  for (const [index, message] of got.entries()) {
    const wrong = expected[index]!.mismatch(message.value);
    if (wrong === '') continue;
    throw new Failed(`${who} gets ${effect.type} with the content that the contract says`, wrong, {
      reason: 'wrong-content',
      level: expected[index]!.level(message.value),
    });
  }
}
