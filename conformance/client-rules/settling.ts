// What a case expects to come of a send or a request.
import type { ClientKit } from '../client/client-kit.ts';
import type { Sending } from '../client/client-under-test.ts';
import { Failed } from '../rule.ts';

export async function expectSettled(
  kit: ClientKit,
  sent: Sending,
  ok: boolean,
  withinMs = kit.patienceMs,
): Promise<void> {
  await kit.until(() => sent.settled !== null, withinMs);
  const wanted = ok ? 'a success' : 'a failure';
  if (sent.settled === null) throw new Failed(wanted, 'nothing', { reason: 'not-settled' });
  if (sent.settled.ok !== ok) throw new Failed(wanted, ok ? 'a failure' : 'a success', { reason: 'wrong-outcome' });
}
