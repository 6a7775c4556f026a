// The first frames of a connection: nothing counts before it is accepted, and from then on nothing is lost.
import type { Connection } from '../../harness/connection.ts';
import type { Built } from '../../harness/messages.ts';
import { buildProbe, type Probe, Probing, theProbe } from '../../harness/probe.ts';
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
          // What comes back to its sender may be no more than an echo.
          const witness = probe.direct ? null : await kit.joined({ name: 'witness' });
          const connection = await kit.connect({ name: 'quick' });
          const join = needsJoin ? channel.room?.join?.message : undefined;
          const first = Array.from({ length: burst }, () => buildProbe(kit, probe, connection));
          if (join !== undefined) void connection.send(kit.message(join).text);
          await Promise.all(first.map((built) => connection.send(built.text)));
          await expectEffects(kit, witness ?? connection, connection, probe, first);
        },
      },
    ];
  },
};

async function expectEffects(
  kit: Kit,
  seer: Connection,
  sender: Connection,
  { effect, level }: Probe,
  sent: readonly Built[],
): Promise<void> {
  const isTheirs = (text: string) => sent.some(({ marker }) => marker === null || text.includes(marker));
  // A direct answer has nothing in it but its type that tells whose it is.
  const count = () =>
    seer.messages.filter(({ key, text }) => key === effect.key && (seer === sender || isTheirs(text))).length;
  await seer.until(() => count() >= burst || sender.ending !== null, kit.patienceMs);
  if (count() >= burst) return;
  const expected = `${burst} ${effect.type} on ${seer.name}, one for each message sent at once`;
  throw new Failed(expected, `${count()}: ${seer.describe()}`, { reason: count() === 0 ? 'missing' : 'lost', level });
}
