// The first frames of a connection: nothing counts before it is accepted, and from then on nothing is lost.
import { buildProbe, Probing, theProbe } from '../../harness/probe.ts';
import type { Kit } from '../../kit.ts';
import { Failed, type Rule } from '../../rule.ts';
import { wantsToken } from './refusal.ts';

/** So many at once: a listener that is set too late loses the first ones. */
const burst = 3;

export const nothingBeforeAccept: Rule = {
  id: 'handshake/nothing-before-accept',
  level: 'MUST',
  role: 'server',
  sentence: 'Nothing that a client sends has an effect before it has been accepted.',
  cases: (_contract, channel) => {
    if (!wantsToken(channel) || channel.auth === null) return [];
    return [
      {
        channel: channel.name,
        level: 'MUST',
        source: channel.auth.source,
        needs: { users: 2 },
        timeoutMs: 100_000,
        async run(kit) {
          const witness = await kit.joined({ name: 'witness' });
          const [, other] = kit.users;
          const probing = Probing.watching(kit, witness);
          const built = probing.build();
          const join = channel.room?.join?.message;
          const early = join === undefined ? [built.text] : [kit.message(join).text, built.text];
          const since = witness.messages.length;
          const attempt = await kit.attempt({ name: 'refused', token: 'not-a-token', early });
          if (attempt.outcome === 'open') await attempt.connection.ended();
          await kit.fence([witness]);
          const own = 'connection' in attempt ? attempt.connection.messages : [];
          const shows = probing.probe.direct
            ? own.some(({ key }) => key === probing.probe.effect.key)
            : probing.shows(built, since);
          if (shows) {
            throw new Failed(`no ${probing.probe.effect.type} from a connection that is refused`, 'there was one', {
              reason: 'processed',
            });
          }
          const control = await Probing.beside(kit, witness, probing.probe, other === undefined ? {} : { user: other });
          await control.control('the same message of a valid connection');
        },
      },
    ];
  },
};

export const firstFramesProcessed: Rule = {
  id: 'handshake/first-frames-processed',
  level: 'MUST',
  role: 'server',
  sentence: 'Messages that a client sends as soon as it has been accepted are not lost.',
  cases: (_contract, channel) => {
    if (channel.clientMessages.length === 0) return [];
    const needsJoin = channel.room?.scope === 'room' && !channel.room.joinOnOpen;
    if (needsJoin && channel.room?.join === null) return [];
    return [
      {
        channel: channel.name,
        level: 'MUST',
        source: channel.auth?.source ?? channel.source,
        async run(kit) {
          const probe = theProbe(kit);
          const connection = await kit.connect({ name: 'quick' });
          const join = needsJoin ? channel.room?.join?.message : undefined;
          const first = Array.from({ length: burst }, () => buildProbe(kit, probe, connection));
          if (join !== undefined) void connection.send(kit.message(join).text);
          await Promise.all(first.map((built) => connection.send(built.text)));
          await expectEffects(kit, connection, probe.effect.key, probe.effect.type, probe.level);
        },
      },
    ];
  },
};

async function expectEffects(
  kit: Kit,
  connection: Awaited<ReturnType<Kit['connect']>>,
  key: string,
  type: string,
  level: 'MUST' | 'SHOULD',
): Promise<void> {
  const count = () => connection.messages.filter((message) => message.key === key).length;
  await connection.until(() => count() >= burst || connection.ending !== null, kit.patienceMs);
  if (count() >= burst) return;
  throw new Failed(`${burst} ${type}, one for each message sent at once`, `${count()}: ${connection.describe()}`, {
    reason: count() === 0 ? 'missing' : 'lost',
    level,
  });
}
