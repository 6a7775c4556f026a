// Rules about requests: each is answered once, in order, to the one who asked, under the id that it was sent with.
import type { Channel, ClientMessage } from '../../../scripts/model.ts';
import type { Connection, Received } from '../../harness/connection.ts';
import type { Built } from '../../harness/messages.ts';
import { brief, valueAt } from '../../harness/pointer.ts';
import type { Kit } from '../../kit.ts';
import { Failed, lowest, type Needs, type Rule } from '../../rule.ts';
import { causeOf } from '../delivery/receivers.ts';
import { faultsOf } from '../validation/rejection.ts';
import { addressed, control, longCaseMs, needsFor, openScene, pace, rejoin, type Scene } from '../validation/scene.ts';

type Body = (kit: Kit, scene: Scene, message: ClientMessage) => Promise<void>;

/** One case for each client message that has a reply. */
function perRequest(
  applies: (channel: Channel, message: ClientMessage) => boolean,
  run: Body,
  needs: Needs = {},
): Rule['cases'] {
  return (_contract, channel) =>
    channel.clientMessages
      .filter((message) => message.reply !== null && applies(channel, message))
      .map((message) => ({
        channel: channel.name,
        message: message.type,
        level: lowest(message.level, message.reply?.level ?? 'MUST'),
        source: message.reply?.source ?? message.source,
        needs: needsFor(message, needs),
        timeoutMs: longCaseMs,
        async run(kit) {
          const scene = await openScene(kit, message);
          await run(kit, scene, message);
        },
      }));
}

const always = () => true;
const hasCorrelation = (_channel: Channel, message: ClientMessage) => message.reply?.correlation != null;

function isReplyTo(message: ClientMessage, received: Received): boolean {
  return !received.fence && received.key !== null && (message.reply?.messages.includes(received.key) ?? false);
}

function replies(connection: Connection, message: ClientMessage, from: number): readonly Received[] {
  return connection.messages.slice(from).filter((received) => isReplyTo(message, received));
}

async function ask(kit: Kit, scene: Scene, message: ClientMessage, id?: null): Promise<Built> {
  await pace(kit);
  const options = addressed(kit, message.key, scene);
  return await kit.send(scene.sender, message.key, id === null ? { ...options, id } : options);
}

/** Waits for so many replies, or an error or the end. */
async function awaitReplies(kit: Kit, scene: Scene, message: ClientMessage, from: number, count: number) {
  const { sender } = scene;
  const isError = (received: Received) => received.key !== null && received.key === kit.channel.error?.message;
  const error = () => sender.messages.slice(from).find(isError);
  const isOver = () => sender.ending !== null || error() !== undefined;
  await sender.until(() => replies(sender, message, from).length >= count || isOver(), kit.patienceMs);
  const seen = replies(sender, message, from);
  if (seen.length >= count) return seen;
  const what = `${count} ${message.reply?.messages.join(' or ')} on ${sender.name}`;
  throw new Failed(what, `${seen.length}; ${brief(error()?.value ?? sender.describe())}`, {
    reason: error() === undefined ? 'missing' : 'error-instead',
  });
}

export const replied: Rule = {
  id: 'request/replied-once',
  level: 'MUST',
  role: 'server',
  sentence: 'A request is answered by one message of the type that the contract names.',
  cases: perRequest(always, async (kit, scene, message) => {
    const from = scene.sender.messages.length;
    const sent = await ask(kit, scene, message);
    await awaitReplies(kit, scene, message, from, 1);
    const isAnswered = await kit.roundTrip(scene.sender);
    const place = message.reply?.correlation?.reply ?? null;
    const all = replies(scene.sender, message, from);
    // Without ids the round trip's own answer counts, where it is a request of this kind.
    const own = isAnswered && kit.fenceRequest?.message.key === message.key ? 1 : 0;
    const count =
      place === null ? all.length - own : all.filter(({ value }) => valueAt(value, place) === sent.id).length;
    // A wrong id is judged by another rule.
    if (count === 0 && all.length > 0) return;
    if (count !== 1) throw new Failed(`one reply to ${message.type}`, `${count} of them`, { reason: 'duplicate' });
  }),
};

export const correlated: Rule = {
  id: 'request/reply-correlated',
  level: 'MUST',
  role: 'server',
  sentence: 'A reply carries the id of its request.',
  cases: perRequest(hasCorrelation, async (kit, scene, message) => {
    const place = message.reply?.correlation?.reply ?? '';
    for (let turn = 0; turn < 2; turn += 1) {
      const from = scene.sender.messages.length;
      const sent = await ask(kit, scene, message);
      const [reply] = await awaitReplies(kit, scene, message, from, 1);
      const id = valueAt(reply?.value, place);
      if (id !== sent.id) throw new Failed(`${brief(sent.id)} at ${place}`, brief(id), { reason: 'wrong-id' });
      await rejoin(kit, scene, message);
    }
  }),
};

export const withoutId: Rule = {
  id: 'request/no-id-no-id',
  level: 'MUST',
  role: 'server',
  sentence: 'A request without an id is answered by a reply without an id.',
  cases: perRequest(hasCorrelation, async (kit, scene, message) => {
    const probe = kit.message(message.key, { ...addressed(kit, message.key, scene), id: null });
    if (!kit.schemaAccepts(probe)) return await control(kit, scene);
    const from = scene.sender.messages.length;
    await ask(kit, scene, message, null);
    const [reply] = await awaitReplies(kit, scene, message, from, 1);
    const id = valueAt(reply?.value, message.reply?.correlation?.reply ?? '');
    if (id !== undefined) throw new Failed('a reply without an id', brief(id), { reason: 'wrong-id' });
  }),
};

/** Requests that may be repeated at will: none that leaves a room. */
function repeatable(channel: Channel, message: ClientMessage): boolean {
  return channel.room?.leave?.message !== message.key;
}

export const inOrder: Rule = {
  id: 'request/answered-in-order',
  level: 'MUST',
  role: 'server',
  sentence: 'Several requests under way on one connection are answered each under its own id, in the order sent.',
  cases: perRequest(
    (channel, message) => hasCorrelation(channel, message) && repeatable(channel, message),
    async (kit, scene, message) => {
      const count = 5;
      await pace(kit, count);
      const from = scene.sender.messages.length;
      const sent: Built[] = [];
      for (let n = 0; n < count; n += 1) {
        sent.push(await kit.send(scene.sender, message.key, addressed(kit, message.key, scene)));
      }
      const seen = await awaitReplies(kit, scene, message, from, count);
      const ids = seen.map((reply) => valueAt(reply.value, message.reply?.correlation?.reply ?? ''));
      const wanted = sent.map(({ id }) => id);
      if (brief(ids) === brief(wanted)) return;
      const isMixed = [...ids].sort().join() === [...wanted].sort().join();
      throw new Failed(`replies to ${brief(wanted)}`, brief(ids), { reason: isMixed ? 'wrong-order' : 'wrong-id' });
    },
  ),
};

export const errorAmongReplies: Rule = {
  id: 'request/error-correlated',
  level: 'MUST',
  role: 'server',
  sentence:
    'Of several requests under way, one that is rejected is answered by an error with its id, and the others by their replies.',
  cases: perRequest(
    (channel, message) =>
      hasCorrelation(channel, message) &&
      repeatable(channel, message) &&
      channel.error?.id != null &&
      channel.envelope.id !== null,
    async (kit, scene, message) => {
      const report = kit.channel.error;
      const fault = faultsOf(kit, message.key, scene).find(({ id, level }) => id !== null && level === message.level);
      if (report?.id == null || fault === undefined) return await control(kit, scene);
      await pace(kit, 6);
      const from = scene.sender.messages.length;
      const first = await kit.send(scene.sender, message.key, addressed(kit, message.key, scene));
      await scene.sender.send(fault.text);
      const last = await kit.send(scene.sender, message.key, addressed(kit, message.key, scene));
      const idOf = (received: Received) =>
        received.key === report.message
          ? ['error', valueAt(received.value, report.id ?? '')]
          : ['reply', valueAt(received.value, message.reply?.correlation?.reply ?? '')];
      const answers = () =>
        scene.sender.messages
          .slice(from)
          .filter((received) => received.key === report.message || isReplyTo(message, received))
          .map(idOf);
      await scene.sender.until(() => answers().length >= 3 || scene.sender.ending !== null, kit.patienceMs);
      const wanted = [
        ['reply', first.id],
        ['error', fault.id],
        ['reply', last.id],
      ];
      if (brief(answers()) === brief(wanted)) return;
      throw new Failed(brief(wanted), brief(answers()), { reason: answers().length < 3 ? 'missing' : 'wrong-id' });
    },
  ),
};

/** The replies to a heartbeat, a welcome and what is delivery's own truth table are judged there. */
function isJudgedHere(channel: Channel, message: ClientMessage): boolean {
  const isPing = channel.heartbeats.some(({ initiator, ping }) => initiator === 'client' && ping === message.key);
  const isWelcomed = channel.room?.join?.message === message.key && !channel.room.joinOnOpen;
  if (isPing || isWelcomed) return false;
  return channel.serverMessages.some(
    (one) =>
      message.reply?.messages.includes(one.key) &&
      one.delivery?.to === 'direct' &&
      causeOf(channel, one)?.key !== message.key,
  );
}

export const replyDirect: Rule = {
  id: 'request/reply-direct',
  level: 'MUST',
  role: 'server',
  sentence: 'A reply reaches the connection that asked and no other.',
  cases: perRequest(isJudgedHere, async (kit, scene, message) => {
    const tab = await kit.joined({ name: "the asker's other connection", user: scene.user });
    const others = [tab, scene.witness];
    await kit.quiesce([scene.sender, ...others]);
    const from = scene.sender.messages.length;
    const starts = others.map((connection) => connection.messages.length);
    await ask(kit, scene, message);
    await awaitReplies(kit, scene, message, from, 1);
    // Whoever left hears no fence in the room any more; the others still do.
    await kit.fence(repeatable(kit.channel, message) ? [scene.sender, ...others] : others);
    for (const [index, connection] of others.entries()) {
      // The fence's own round trips are answered too: to the one that made them, which is no leak.
      const leaked = connection.inbox.find(
        (received) => received.index >= (starts[index] ?? 0) && isReplyTo(message, received),
      );
      if (leaked === undefined) continue;
      throw new Failed(`no ${message.reply?.messages.join(' or ')} on ${connection.name}`, brief(leaked.value), {
        reason: 'leaked',
      });
    }
  }),
};
