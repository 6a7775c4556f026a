// Rules about a message that is sent again: it is answered with what the first one made, and nothing happens twice.
import type { Connection } from '../../harness/connection.ts';
import type { BuildOptions, Built } from '../../harness/messages.ts';
import { brief, valueAt, withValueAt } from '../../harness/pointer.ts';
import type { Kit } from '../../kit.ts';
import { Failed, type Rule } from '../../rule.ts';
import { codeFor, errorLevel, faultsOf, reject } from '../validation/rejection.ts';
import { addressed, pace, renew } from '../validation/scene.ts';
import { effectOf, effects, expectCount, expectRepeatsKnown, type First, perIdempotent, repeat } from './repeats.ts';

export const repeatAnswered: Rule = {
  id: 'request/idempotent-repeat',
  level: 'MUST',
  role: 'server',
  sentence:
    'A message sent again with the same id is answered as a repeat, with the id and with what the first one made.',
  cases: perIdempotent(async (kit, first) => {
    const answer = await repeat(kit, first, first.scene.sender);
    const { envelope } = kit.channel;
    if (envelope.id !== null && valueAt(answer.value, envelope.id) !== first.sent.id) {
      throw new Failed(`id ${brief(first.sent.id)}`, brief(answer.value), { reason: 'wrong-id' });
    }
    for (const { from, to } of first.row.carries ?? []) {
      const wanted = valueAt(first.effect.value, from);
      const seen = valueAt(answer.value, to);
      if (String(seen) !== String(wanted)) {
        throw new Failed(`${to} names the first one, ${brief(wanted)}`, brief(answer.value), {
          reason: 'wrong-content',
        });
      }
    }
  }),
};

export const noSecond: Rule = {
  id: 'request/idempotent-no-second',
  level: 'MUST',
  role: 'server',
  sentence: 'A message sent again with the same id happens once, and its repeat is seen by its sender alone.',
  cases: perIdempotent(async (kit, first) => {
    const { sender, witness } = first.scene;
    await pace(kit);
    await sender.send(first.sent.text);
    await kit.roundTrip(sender);
    await expectCount(kit, first, 1, [sender, witness]);
    const leaked = witness.inbox.find(({ key }) => key === first.row.answer);
    if (leaked !== undefined) throw new Failed('nothing on the witness', brief(leaked.value), { reason: 'leaked' });
  }),
};

export const concurrent: Rule = {
  id: 'request/idempotent-concurrent',
  level: 'MUST',
  role: 'server',
  sentence: 'The same message sent at the same time by two connections of its user happens once.',
  cases: perIdempotent(
    async (kit, first) => {
      await expectRepeatsKnown(kit, first);
      const { scene, message } = first;
      const tab = await kit.joined({ name: "the sender's other connection", user: scene.user });
      await kit.quiesce([scene.sender, tab, scene.witness]);
      const sent = kit.message(message.key, addressed(kit, message.key, scene));
      await pace(kit);
      await Promise.all([scene.sender.send(sent.text), tab.send(sent.text)]);
      await effectOf(kit, scene.witness, message, sent);
      await kit.roundTrip(tab);
      await expectCount(kit, { ...first, sent }, 1, [scene.sender, tab, scene.witness]);
    },
    { applies: (_channel, row) => !row.scope.includes('connection') },
  ),
};

export const reconnected: Rule = {
  id: 'request/idempotent-reconnected',
  level: 'MUST',
  role: 'server',
  sentence: "A message sent again by its user's next connection is a repeat.",
  cases: perIdempotent(
    async (kit, first) => {
      await expectRepeatsKnown(kit, first);
      first.scene.sender.terminate();
      const next = await kit.joined({ name: 'sender, reconnected', user: first.scene.user });
      await kit.quiesce([next, first.scene.witness]);
      await repeat(kit, first, next);
      await expectCount(kit, first, 1, [first.scene.witness]);
    },
    { applies: (_channel, row) => !row.scope.includes('connection') },
  ),
};

/** So long does a case wait at most, ms: never nearly the whole window, but longer than what was only kept for a moment. */
const patienceMs = 6000;

export const windowKept: Rule = {
  id: 'request/idempotent-window',
  level: 'MUST',
  role: 'server',
  sentence: 'A repeat that comes seconds later, within the window, is still a repeat.',
  cases: perIdempotent(
    async (kit, first) => {
      await expectRepeatsKnown(kit, first);
      const { scene, row, message, sent } = first;
      await kit.clock.sleep(Math.min(kit.clock.scaled(row.windowMs) / 2, patienceMs));
      // Connections may have ended meanwhile: nobody has kept them alive.
      const next = await kit.joined({ name: 'sender, later', user: scene.user });
      const witness = await kit.joined({ name: 'witness, later', user: scene.witness.user ?? scene.user });
      await kit.quiesce([next, witness]);
      await repeat(kit, first, next);
      await kit.fence([next, witness]);
      const count = effects(kit, witness, message, sent).length;
      if (count > 0) throw new Failed(`no second ${message.type}`, `${count} on the witness`, { reason: 'doubled' });
    },
    { lane: 'quiet', applies: (_channel, row) => !row.scope.includes('connection') },
  ),
};

/** Another content under the same id, where the message has free content. */
function conflicting(kit: Kit, { sent, message }: First): Built {
  const other = kit.message(message.key, { id: sent.id });
  const room = sent.room === null ? {} : { room: sent.room };
  return { ...other, ...room };
}

export const conflictRefused: Rule = {
  id: 'request/idempotent-conflict',
  level: 'MUST',
  role: 'server',
  sentence: 'Another content under an id that was used is refused with an error, and nothing happens.',
  cases: perIdempotent(
    async (kit, first) => {
      await expectRepeatsKnown(kit, first);
      const { scene, message } = first;
      const other = conflicting(kit, first);
      await pace(kit);
      await scene.sender.send(other.text);
      const error = await kit.errorFor(scene.sender, other);
      await kit.fence([scene.sender, scene.witness]);
      const count = effects(kit, scene.witness, message, other).length;
      if (count > 0)
        throw new Failed(`no effect of ${other.text}`, `${count} on the witness`, { reason: 'had-effect' });
      if (error === null) {
        throw new Failed('an error for another content under the same id', scene.sender.describe(), {
          reason: 'not-answered',
          level: errorLevel(kit.channel),
        });
      }
    },
    { applies: (channel) => channel.error !== null },
  ),
};

export const conflictCode: Rule = {
  id: 'request/idempotent-conflict-code',
  level: 'MUST',
  role: 'server',
  sentence: 'The error that refuses another content under an id that was used has the code that the contract names.',
  cases: perIdempotent(
    async (kit, first) => {
      await expectRepeatsKnown(kit, first);
      const other = conflicting(kit, first);
      await pace(kit);
      await first.scene.sender.send(other.text);
      const error = await kit.errorFor(first.scene.sender, other);
      const wanted = codeFor(kit.channel, first.row.conflict)?.code;
      if (error?.code === wanted) return;
      throw new Failed(`code ${wanted}`, error === null ? 'no error' : brief(error.code), {
        reason: 'wrong-code',
        level: error === null ? 'SHOULD' : 'MUST',
      });
    },
    {
      applies: (channel, row) => codeFor(channel, row.conflict) !== null,
      level: (channel, message) => codeFor(channel, message.idempotent?.conflict ?? 'id-reused')?.level ?? 'MUST',
    },
  ),
};

/** The same id where it is nobody's repeat: it happens like any first one. */
async function expectOwn(
  kit: Kit,
  first: First,
  sender: Connection,
  witness: Connection,
  options: BuildOptions,
): Promise<void> {
  const { message, sent } = first;
  const own = kit.message(message.key, { ...options, id: sent.id });
  await pace(kit);
  await sender.send(own.text);
  await effectOf(kit, witness, message, own);
}

export const otherRoom: Rule = {
  id: 'request/idempotent-other-room',
  level: 'MUST',
  role: 'server',
  sentence: 'The same id in another room is no repeat.',
  cases: perIdempotent(
    async (kit, first) => {
      const room = kit.rooms[1]!;
      const sender = await kit.joined({ name: 'sender in another room', user: first.scene.user, room });
      await kit.quiesce([sender]);
      await expectOwn(kit, first, sender, sender, { room });
    },
    { needs: { rooms: 2 }, applies: (channel, row) => row.scope.includes('room') && channel.room?.scope === 'room' },
  ),
};

export const otherUser: Rule = {
  id: 'request/idempotent-other-user',
  level: 'MUST',
  role: 'server',
  sentence: 'The same id of another user is no repeat.',
  cases: perIdempotent(
    async (kit, first) => {
      const { sender, witness } = first.scene;
      const turned = { ...first.scene, sender: witness, witness: sender };
      await expectOwn(kit, first, witness, sender, addressed(kit, first.message.key, turned));
    },
    { applies: (_channel, row) => row.scope.includes('user') },
  ),
};

export const rejectedForgotten: Rule = {
  id: 'request/idempotent-rejected-not-remembered',
  level: 'MUST',
  role: 'server',
  sentence: 'The id of a rejected message is not remembered: the message, mended, happens.',
  cases: perIdempotent(async (kit, { scene, message, row }) => {
    const faults = faultsOf(kit, message.key, scene).filter(
      ({ text, level, pointer }) =>
        level === message.level &&
        pointer !== row.property &&
        typeof valueAt(JSON.parse(text), row.property) === 'string',
    );
    for (const fault of apart(faults)) {
      const mended = kit.message(message.key, addressed(kit, message.key, scene));
      if (mended.id !== null) {
        const broken = withValueAt(JSON.parse(fault.text), row.property, mended.id);
        await reject(kit, scene, { ...fault, text: JSON.stringify(broken), id: mended.id });
      }
      await renew(kit, scene);
      await pace(kit);
      await scene.sender.send(mended.text);
      await effectOf(kit, scene.witness, message, mended);
    }
  }),
};

/** The shallowest and the deepest: a server may look at the whole and at its parts in places far apart. */
function apart<Broken extends { readonly pointer: string | null }>(faults: readonly Broken[]): readonly Broken[] {
  const depth = ({ pointer }: Broken) => pointer?.split('/').length ?? 0;
  const sorted = faults.toSorted((left, right) => depth(left) - depth(right));
  return [...new Set([sorted[0], sorted.at(-1)])].filter((fault) => fault !== undefined);
}

export const clientEcho: Rule = {
  id: 'request/idempotent-client-echo',
  level: 'MUST',
  role: 'server',
  sentence: 'What a message caused carries the id under which it was sent.',
  cases: perIdempotent(
    async (_kit, { row, sent, effect }) => {
      const place = row.echo?.property ?? '';
      const seen = valueAt(effect.value, place);
      if (seen !== sent.id)
        throw new Failed(`${place} is ${brief(sent.id)}`, brief(effect.value), { reason: 'wrong-id' });
    },
    {
      applies: (_channel, row) => row.echo !== null,
      level: (channel, message) => {
        const echo = message.idempotent?.echo;
        const effect = channel.serverMessages.find(({ key }) => key === echo?.message);
        const trigger = effect?.triggers.find((one) => one.on === 'message' && one.message === message.key);
        return trigger?.should?.includes(echo?.property ?? '') ? 'SHOULD' : 'MUST';
      },
    },
  ),
};
