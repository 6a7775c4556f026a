// Whose connection it is: the token says it, and nothing else that a client sends.
import type { Channel, ClientMessage, ServerMessage } from '../../../scripts/model.ts';
import { brief, valueAt } from '../../harness/pointer.ts';
import type { Kit } from '../../kit.ts';
import { type Case, Failed, lowest, type Rule } from '../../rule.ts';

interface Relayed {
  readonly cause: ClientMessage;
  readonly effect: ServerMessage;
}

/** A message that is relayed to others with the id of its sender. */
function relayedOf(channel: Channel): Relayed | null {
  for (const level of ['MUST', 'SHOULD'] as const) {
    for (const effect of channel.serverMessages) {
      if (effect.delivery === null || effect.delivery.to === 'direct') continue;
      for (const trigger of effect.triggers) {
        if (trigger.on !== 'message' || trigger.user !== null) continue;
        if (!trigger.fields.some(({ source }) => source.from === 'user-id')) continue;
        const cause = channel.clientMessages.find((message) => message.key === trigger.message);
        if (cause === undefined || cause.requires.some((one) => one.condition === 'role')) continue;
        if (lowest(effect.level, cause.level) === level) return { cause, effect };
      }
    }
  }
  return null;
}

export const identityFromToken: Rule = {
  id: 'auth/identity-from-token',
  level: 'MUST',
  role: 'server',
  sentence: 'Who a connection belongs to is what its token says: a user id beside it in the query changes nothing.',
  cases(_contract, channel) {
    const relayed = relayedOf(channel);
    if (relayed === null || channel.auth === null || channel.auth.parameter === null) return [];
    const one: Case = {
      channel: channel.name,
      message: relayed.effect.type,
      level: lowest('MUST', relayed.effect.level, relayed.cause.level),
      source: channel.auth.source,
      needs: { users: 2 },
      timeoutMs: 100_000,
      run: (kit) => check(kit, relayed),
    };
    return [one];
  },
};

async function check(kit: Kit, { cause, effect }: Relayed): Promise<void> {
  const [first, second] = kit.users;
  if (first === undefined || second === undefined) throw new Error('two users were asked for');
  const watcher = await kit.joined({ name: 'watcher', user: second });
  const query = { user: second.id, user_id: second.id, userId: second.id, sub: second.id };
  const sender = await kit.joined({ name: 'sender', user: first, query });
  await kit.quiesce([watcher]);
  const sent = await kit.send(sender, cause.key);
  const seen = await watcher.take(
    (message) => message.key === effect.key && (sent.marker === null || message.text.includes(sent.marker)),
    { what: `a ${effect.type} from ${first.id}` },
  );
  // Only whose it is: the rest of its content is judged where its delivery is.
  const trigger = effect.triggers.find((one) => one.on === 'message' && one.message === cause.key);
  for (const { target, source } of trigger?.fields ?? []) {
    if (source.from !== 'user-id') continue;
    const named = valueAt(seen.value, target);
    if (String(named) === first.id) continue;
    throw new Failed(`${target} is the user of the token (${first.id})`, brief(named), { reason: 'wrong-user' });
  }
}
