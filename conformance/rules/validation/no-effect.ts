// Whether rejected messages left a trace: what the sender or a witness got besides the error, looked for behind one fence.
import { brief } from '../../harness/pointer.ts';
import type { Kit } from '../../kit.ts';
import { Failed } from '../../rule.ts';
import { asBuilt, type Fault } from './rejection.ts';
import { isEffect, pace, renew, type Scene } from './scene.ts';

interface Sent {
  readonly fault: Fault;
  readonly at: number;
}

/**
 * Sends each fault and fails where one had an effect. One that breaks a MUST never may; one that breaks a SHOULD may not where
 * the server rejected it. Inboxes are empty afterwards.
 */
export async function expectNoEffects(kit: Kit, scene: Scene, faults: readonly Fault[]): Promise<void> {
  for (const connection of [scene.sender, scene.witness]) connection.clearInbox();
  let sent: Sent[] = [];
  let isAnswered = true;
  const settle = async () => {
    if (sent.length > 0) await expectNothing(kit, scene, sent);
    sent = [];
  };
  for (const fault of faults) {
    if (scene.sender.ending !== null) {
      await settle();
      await renew(kit, scene);
    }
    await pace(kit, 4);
    const at = kit.clock.now();
    await scene.sender.send(fault.text);
    if (fault.level === 'SHOULD') {
      if ((await kit.errorFor(scene.sender, asBuilt(fault))) === null) {
        await kit.quiesce([scene.sender, scene.witness]);
        continue;
      }
      sent.push({ fault, at });
      await settle();
    } else {
      sent.push({ fault, at });
      // An answer in between tells which fault it was; where none comes there is no use in asking again.
      if (isAnswered) isAnswered = await kit.roundTrip(scene.sender);
    }
  }
  await settle();
}

async function expectNothing(kit: Kit, scene: Scene, sent: readonly Sent[]): Promise<void> {
  const connections = [scene.sender, scene.witness];
  await kit.fence(connections);
  const key = sent[0]?.fault.key ?? null;
  for (const connection of connections) {
    const effect = connection.inbox.find((message) => isEffect(kit, message, key));
    if (effect === undefined) continue;
    const cause = sent.findLast(({ at }) => at <= effect.at) ?? sent[0]!;
    throw new Failed(
      `${cause.fault.name} has no effect (${brief(cause.fault.text)})`,
      `${connection.name} got ${brief(effect.value ?? effect.text)}`,
      { reason: 'had-effect' },
    );
  }
  for (const connection of connections) connection.clearInbox();
}
