// Tells "the target is wrong" from "the server is wrong" before anything is judged: one clear message instead of hundreds of failures.
import { connect } from 'node:net';
import { performance } from 'node:perf_hooks';
import type { Channel, Contract } from '../scripts/model.ts';
import { channelBase } from './harness/address.ts';
import { describeAttempt } from './harness/connection.ts';
import { Leases } from './harness/leases.ts';
import { learnReferences } from './harness/references.ts';
import { ServerKit } from './harness/server-kit.ts';
import type { Session } from './harness/session.ts';
import { Failed, NotTestable } from './rule.ts';
import { type Target, TargetError } from './target/target.ts';

/** Milliseconds that a TCP connection took; throws {@link TargetError} where there is none. */
export async function reach(channel: Channel, session: Session): Promise<number> {
  const base = channelBase(channel, session.target);
  const port = Number(base.port) || (base.protocol === 'wss:' ? 443 : 80);
  const host = base.hostname.replace(/^\[|\]$/g, '');
  const startedAt = performance.now();
  return await new Promise((resolve, reject) => {
    const socket = connect(port, host);
    const refuse = (why: string) => {
      socket.destroy();
      reject(
        new TargetError(
          `The target does not answer at ${host}:${port} (${why}). Is the server running, and is target.url right?`,
        ),
      );
    };
    socket.on('connect', () => {
      socket.destroy();
      resolve(performance.now() - startedAt);
    });
    socket.on('error', (error: NodeJS.ErrnoException) => refuse(error.code ?? error.message));
    socket.setTimeout(5000, () => refuse('no answer within 5 s'));
  });
}

/** So many attempts to reach a target that no longer answers, before the run is given up. */
const lastAttempts = 3;

/** Circuit breaker: a target that cannot even be reached any more is not judged further. */
export async function isGone(channel: Channel, session: Session): Promise<boolean> {
  for (let attempt = 0; attempt < lastAttempts; attempt += 1) {
    try {
      await reach(channel, session);
      return false;
    } catch {
      await session.clock.sleep(300 * (attempt + 1));
    }
  }
  return true;
}

/** The channels that accepted no valid connection, each with what came of it, and notes for the report. */
export interface Preflight {
  readonly refused: ReadonlyMap<Channel, string>;
  readonly notes: readonly string[];
}

/** Of the channels wanted, those that the target says it serves. Throws {@link TargetError} for a name that the contract lacks. */
export function servedOf(contract: Contract, channels: readonly Channel[], target: Target): readonly Channel[] {
  const { serves } = target;
  if (serves === undefined) return channels;
  const names = contract.channels.map((channel) => channel.name);
  const unknown = serves.filter((name) => !names.includes(name));
  if (unknown.length > 0) {
    throw new TargetError(`serves names ${unknown.join(', ')}, but the contract has the channels ${names.join(', ')}.`);
  }
  return channels.filter((channel) => serves.includes(channel.name));
}

/**
 * Every channel gets one connection with nothing wrong about it. Where none of them is accepted the run is pointless, and why is
 * thrown; where some are, the others fail one rule each, not all of them.
 */
export async function preflight(channels: readonly Channel[], session: Session): Promise<Preflight> {
  const { target, schemas } = session;
  const leases = new Leases(target, schemas);
  const tries = await Promise.all(channels.map((channel) => tryChannel(channel, session, leases)));
  const refused = new Map(
    tries.flatMap(({ channel, refused: why }) => (why === null ? [] : [[channel, why] as const])),
  );
  const notes = tries.flatMap(({ note }) => note ?? []);
  const foreign = tries.flatMap(({ foreign: strange }) => strange ?? []);
  const tried = tries.filter(({ isTried }) => isTried).length;
  if (foreign.length > 0 && foreign.length === channels.length) {
    throw new TargetError(
      `The target at ${target.url} does not answer as a WebSocket server of this contract:\n${foreign.map((line) => `  ${line}`).join('\n')}\nCheck target.url (its path replaces the contract's), or name the channels that it serves.`,
    );
  }
  const lines = [...refused].map(([channel, why]) => `${channel.name} (${why})`);
  if (tried > 0 && refused.size === tried) {
    throw new TargetError(
      `The target at ${target.url} accepted no valid connection, so nothing can be judged:\n${lines.map((line) => `  ${line}`).join('\n')}\nCheck target.url (its path replaces the contract's), tokens, users and channels.*.rooms of the target file.`,
    );
  }
  return { refused, notes: [...notes, ...lines.map((line) => `No valid connection was accepted on ${line}.`)] };
}

/** What came of the one valid connection to a channel. */
interface Try {
  readonly channel: Channel;
  /** Whether one could be tried; the target file may not give what it takes. */
  readonly isTried: boolean;
  /** Why it was not accepted; null: it was. */
  readonly refused: string | null;
  readonly note: string | null;
  /** Why this seems to be something else than a server of the contract. */
  readonly foreign: string | null;
}

async function tryChannel(channel: Channel, session: Session, leases: Leases): Promise<Try> {
  const { clock, target } = session;
  const fine: Try = { channel, isTried: true, refused: null, note: null, foreign: null };
  clock.rtt.add(await reach(channel, session));
  let kit: ServerKit;
  try {
    const lease = await leases.acquire(channel, {}, true);
    kit = await ServerKit.create(session, channel, {}, lease);
    lease.release();
  } catch (error) {
    if (!(error instanceof NotTestable)) throw error;
    const strange = await strangeness(channel, session, leases);
    return {
      ...fine,
      isTried: false,
      note: `${channel.name}: no valid connection could be tried. ${error.message} Add: ${error.needs.join('; ')}.`,
      foreign: strange === null ? null : `${channel.name}: ${strange}`,
    };
  }
  try {
    const attempt = await kit.attempt();
    if (attempt.outcome === 'open') {
      const sentAt = performance.now();
      await attempt.connection.ping('preflight');
      const isAnswered = await attempt.connection.until(() => attempt.connection.pongs.length > 0, 1000);
      if (isAnswered) clock.rtt.add(performance.now() - sentAt);
      // What goes wrong here is for the rules to tell.
      await learnReferences(kit, session.references, session.schemas).catch((error) => {
        if (!(error instanceof Failed || error instanceof NotTestable)) throw error;
      });
      return isAnswered ? fine : { ...fine, note: `${channel.name}: a ping frame was not answered within 1 s.` };
    }
    const path = new URL(channelBase(channel, target)).pathname;
    return { ...fine, refused: `base path ${path === '/' ? 'empty' : path}: ${describeAttempt(attempt)}` };
  } finally {
    await kit.dispose();
  }
}

/** What an upgrade without a token shows of a target that speaks something else; null: nothing strange. */
async function strangeness(channel: Channel, session: Session, leases: Leases): Promise<string | null> {
  let kit: ServerKit;
  try {
    const lease = await leases.acquire(channel, { users: 0 }, true);
    kit = await ServerKit.create(session, channel, { users: 0 }, lease);
    lease.release();
  } catch (error) {
    if (error instanceof NotTestable) return null;
    throw error;
  }
  try {
    const attempt = await kit.attempt({ user: null });
    if (attempt.outcome === 'failed') return describeAttempt(attempt);
    if (attempt.outcome !== 'refused') return null;
    const answer = channel.auth?.answers.find(({ when }) => when === 'missing');
    const expected = [401, 403, ...(answer?.by === 'status' ? answer.statuses : [])];
    // A server that fails on a missing token is a server of the contract all the same, with a fault.
    return expected.includes(attempt.status) || attempt.status === 500 ? null : describeAttempt(attempt);
  } finally {
    await kit.dispose();
  }
}
