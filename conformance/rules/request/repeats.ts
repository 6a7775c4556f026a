// What the rules about repeats share: an idempotent message that was sent once, and what it and its repeats cause.
import type { Channel, ClientMessage, Idempotent } from '../../../scripts/model.ts';
import type { Connection, Received } from '../../harness/connection.ts';
import type { Built } from '../../harness/messages.ts';
import type { Kit } from '../../kit.ts';
import { Failed, type Lane, lowest, type Needs, type Rule } from '../../rule.ts';
import { addressed, longCaseMs, needsFor, openScene, pace, type Scene } from '../validation/scene.ts';

/** An idempotent message in its scene, sent once and seen by the witness. */
export interface First {
  readonly scene: Scene;
  readonly message: ClientMessage;
  readonly row: Idempotent;
  readonly sent: Built;
  /** What it caused, as its sender or the witness saw it. */
  readonly effect: Received;
}

export function perIdempotent(
  run: (kit: Kit, first: First) => Promise<void>,
  options: {
    readonly needs?: Needs;
    readonly lane?: Lane;
    readonly applies?: (channel: Channel, row: Idempotent) => boolean;
    readonly level?: (channel: Channel, message: ClientMessage) => 'MUST' | 'SHOULD';
  } = {},
): Rule['cases'] {
  return (_contract, channel) =>
    channel.clientMessages.flatMap((message) => {
      const row = message.idempotent;
      if (row === null || !effectKey(channel, message) || options.applies?.(channel, row) === false) return [];
      return [
        {
          channel: channel.name,
          message: message.type,
          level: lowest(row.level, message.level, options.level?.(channel, message) ?? 'MUST'),
          source: row.source,
          needs: needsFor(message, options.needs),
          timeoutMs: longCaseMs,
          ...(options.lane === undefined ? {} : { lane: options.lane }),
          async run(kit) {
            const scene = await openScene(kit, message);
            await pace(kit);
            const sent = await kit.send(scene.sender, message.key, addressed(kit, message.key, scene));
            const effect = await effectOf(kit, scene.witness, message, sent);
            await kit.quiesce([scene.sender, scene.witness]);
            await run(kit, { scene, message, row, sent, effect });
          },
        },
      ];
    });
}

/** The server message by which the effect is known: the echo of the row, else what the message triggers. */
function effectKey(channel: Channel, message: ClientMessage): string | null {
  const caused = channel.serverMessages.find((effect) =>
    effect.triggers.some((trigger) => trigger.on === 'message' && trigger.message === message.key),
  );
  return message.idempotent?.echo?.message ?? caused?.key ?? null;
}

export function effects(kit: Kit, connection: Connection, message: ClientMessage, about: Built): readonly Received[] {
  const key = effectKey(kit.channel, message);
  return connection.messages.filter(
    (received) => received.key === key && (about.marker === null || received.text.includes(about.marker)),
  );
}

export async function effectOf(
  kit: Kit,
  connection: Connection,
  message: ClientMessage,
  sent: Built,
): Promise<Received> {
  await connection.until(
    () => effects(kit, connection, message, sent).length > 0 || connection.ending !== null,
    kit.patienceMs,
  );
  const [effect] = effects(kit, connection, message, sent);
  if (effect !== undefined) return effect;
  throw new Failed(`the effect of ${message.type} on ${connection.name}`, connection.describe(), { reason: 'missing' });
}

/** The same again: content, id, room. */
export async function repeat(kit: Kit, first: First, connection: Connection): Promise<Received> {
  await pace(kit);
  const from = connection.messages.length;
  await connection.send(first.sent.text);
  return await connection.take((received) => received.index >= from && received.key === first.row.answer, {
    what: `${first.row.answer}, the answer to a repeated ${first.message.type}`,
  });
}

/** A server that knows no repeats at all breaks the rules about plain ones; what builds on them is then only a warning. */
export async function expectRepeatsKnown(kit: Kit, first: First): Promise<void> {
  const { sender, witness } = first.scene;
  await pace(kit);
  await sender.send(first.sent.text);
  await kit.fence([sender, witness]);
  if (effects(kit, witness, first.message, first.sent).length < 2) return await kit.quiesce([sender, witness]);
  throw new Failed('repeats that are known as such', `a second ${first.message.type}`, {
    reason: 'doubled',
    level: 'SHOULD',
  });
}

export async function expectCount(
  kit: Kit,
  { message, sent, scene }: First,
  wanted: number,
  connections: readonly Connection[],
): Promise<void> {
  await kit.fence(connections);
  const effect = kit.serverMessage(effectKey(kit.channel, message) ?? '');
  // What goes to a user was addressed to the witness.
  const reached =
    effect.delivery?.to === 'user'
      ? connections.filter(({ user }) => user !== null && user.id === scene.witness.user?.id)
      : connections;
  for (const connection of reached) {
    const count = effects(kit, connection, message, sent).length;
    if (count === wanted) continue;
    throw new Failed(`${wanted} of ${message.type} with that id on ${connection.name}`, `${count}`, {
      reason: count > wanted ? 'doubled' : 'lost',
    });
  }
}
