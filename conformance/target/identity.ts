// Refuses to score a server that is not the one it started: the nonce in its environment must come back in the upgrade response.
import type { Channel } from '../../scripts/model.ts';
import { channelBase } from '../harness/address.ts';
import type { Session } from '../harness/session.ts';
import { TargetError } from './target.ts';

/** A plain request shows the header as well as an upgrade does, and needs no token. */
export async function checkIdentity(channels: readonly Channel[], session: Session, nonce: string): Promise<void> {
  const { identity } = session.target;
  const channel = channels[0];
  if (identity === undefined || channel === undefined) return;
  const url = channelBase(channel, session.target).href.replace(/^ws/, 'http');
  let seen: string | null;
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(5000) });
    seen = response.headers.get(identity.header);
  } catch (error) {
    throw new TargetError(`The identity of the target could not be read from ${url}: ${(error as Error).message}`);
  }
  if (seen === nonce) return;
  const said = seen === null ? `no ${identity.header} header` : `${identity.header}: ${seen}`;
  throw new TargetError(
    `The server at ${url} is not the one that was started: it answered with ${said}, not with the nonce in ${identity.env}. Another process may hold the port, or the server does not send the header on plain requests.`,
  );
}
