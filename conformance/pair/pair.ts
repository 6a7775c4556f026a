// One pair: a real client behind a proxy, a peer that watches past it, and the steps of a schedule carried out on them.
import { performance } from 'node:perf_hooks';
import type { Channel, ClientMessage } from '../../scripts/model.ts';
import type { Adapter } from '../adapter/adapter.ts';
import { channelBase } from '../harness/address.ts';
import type { Connection } from '../harness/connection.ts';
import type { Leases } from '../harness/leases.ts';
import { MessageBuilder } from '../harness/messages.ts';
import { classify } from '../harness/schemas.ts';
import { ServerKit, type Session } from '../harness/server-kit.ts';
import { Signal } from '../harness/signal.ts';
import { toUser } from '../harness/users.ts';
import { type FaultProxy, startProxy } from '../proxy/index.ts';
import { NotTestable } from '../rule.ts';
import { recoveryWithinMs, settlingWithinMs } from './bounds.ts';
import { clientAddress } from './client-address.ts';
import type { PairHistory, Sentinel, Watched } from './history.ts';
import { inflict } from './inflict.ts';
import { type Followed, type Means, numberOf } from './means.ts';
import { PairClient } from './pair-client.ts';
import type { Schedule, Step } from './schedule.ts';

export interface PairSession extends Session {
  readonly adapter: Adapter;
  readonly leases: Leases;
  /** Every token of the run, of clients and peers: nothing that is told may have one in it. */
  readonly secrets: Set<string>;
  /** Numbers the clients of the run. */
  nextClient(): string;
}

/** How long something may take that nothing stands in the way of, ms. */
const patienceMs = 5000;

/** Plays a schedule from the first connection to the last fence. Throws NotTestable for what the target lacks. */
export async function playSchedule(
  session: PairSession,
  channel: Channel,
  means: Means,
  schedule: Schedule,
): Promise<PairHistory> {
  const lease = await session.leases.acquire(channel, { users: 2 }, true);
  let kit: ServerKit | null = null;
  let pair: Pair | null = null;
  try {
    kit = await ServerKit.create(session, channel, { users: 2 }, lease);
    const peer = await kit.joined({ name: 'peer', user: kit.users[1] ?? null });
    const upstream = channelBase(channel, session.target);
    const signal = new Signal();
    const { ca } = session.target;
    const proxy = await startProxy({
      upstream: upstream.href,
      onChange: () => signal.wake(),
      ...(ca === undefined ? {} : { ca }),
    });
    const entry = lease.users[0]!;
    const client = new PairClient({
      id: session.nextClient(),
      channel,
      adapter: session.adapter,
      url: `${proxy.url}${upstream.pathname.replace(/\/+$/, '')}`,
      ...clientAddress(session, channel, kit.rooms[0] ?? null),
      timeScale: session.clock.timeScale,
      async token() {
        const { token } = await toUser(entry, session.target, channel.auth);
        // A part of it, its signature, is secret as well.
        for (const secret of [token, token?.split('.')[2]]) if (secret) session.secrets.add(secret);
        return token;
      },
      onChange: () => signal.wake(),
    });
    pair = new Pair({ session, channel, means, schedule, kit, peer, proxy, client, signal });
    return await pair.play();
  } finally {
    for (const secret of kit?.observed('').tokens ?? []) session.secrets.add(secret);
    await pair?.dispose();
    await kit?.dispose();
    lease.release();
  }
}

interface PairParts {
  readonly session: PairSession;
  readonly channel: Channel;
  readonly means: Means;
  readonly schedule: Schedule;
  readonly kit: ServerKit;
  readonly peer: Connection;
  readonly proxy: FaultProxy;
  readonly client: PairClient;
  readonly signal: Signal;
}

class Pair {
  readonly #parts: PairParts;
  readonly #builder: MessageBuilder;
  readonly #recoveries: { tookMs: number | null; withinMs: number; state: string }[] = [];
  /** The peer's messages from here on count. */
  readonly #from: number;
  readonly #sentinels: Sentinel[] = [];
  #extra = 0;
  #isComplete = false;

  constructor(parts: PairParts) {
    this.#parts = parts;
    this.#builder = new MessageBuilder(parts.channel, parts.session.schemas);
    this.#from = parts.peer.messages.length;
  }

  async play(): Promise<PairHistory> {
    const { client, schedule } = this.#parts;
    await client.connect();
    let isBack = await this.#recover();
    if (isBack) await this.#exchange();
    for (const step of schedule.steps) {
      if (!isBack) break;
      if (step.do === 'recover') isBack = await this.#recover();
      else await this.#carryOut(step);
    }
    if (isBack) isBack = await this.#recover();
    if (isBack) await this.#finish();
    return this.#history();
  }

  async dispose(): Promise<void> {
    await this.#parts.client.dispose();
    await this.#parts.proxy.close();
  }

  #history(): PairHistory {
    const { channel, schedule, proxy, client, peer } = this.#parts;
    const watched = peer.since(this.#from).map(({ key, value, text, at }): Watched => ({ key, value, text, at }));
    const attempts = channel.reconnect?.attempts ?? Number.POSITIVE_INFINITY;
    const isSpent = client.state === 'closed (attempts)' && proxy.attempts > attempts;
    const { told, asked } = client;
    return {
      channel,
      schedule,
      connections: proxy.connections,
      told,
      asked,
      watched,
      sentinels: this.#sentinels,
      recoveries: this.#recoveries,
      isSpent,
      isComplete: this.#isComplete,
    };
  }

  /** Ends every fault, and waits until the client is ready on a connection that has none. */
  async #recover(): Promise<boolean> {
    const { channel, means, proxy, client, session, signal } = this.#parts;
    proxy.heal();
    // Nothing in the contract lets a client notice: the network does it at last.
    if (!means.noticesSilence && proxy.connections.at(-1)?.isHalfOpen === true) proxy.cut('reset');
    const withinMs = recoveryWithinMs(channel, session.clock.timeScale, proxy.attempts);
    const from = performance.now();
    const isBack = () => client.isReady && proxy.isWhole;
    for (let leftMs = withinMs; leftMs > 0; leftMs = withinMs - (performance.now() - from)) {
      await signal.until(isBack, leftMs);
      await client.fence();
      if (isBack()) {
        this.#recoveries.push({ tookMs: performance.now() - from, withinMs, state: client.state });
        await this.#showItself();
        return true;
      }
      if (client.state.startsWith('closed')) break;
    }
    this.#recoveries.push({ tookMs: null, withinMs, state: client.state });
    return false;
  }

  /** The peer sends while the client is there: whatever else it missed, this it does not. */
  async #showItself(): Promise<void> {
    const { means, kit, peer, proxy } = this.#parts;
    const [first] = means.fromPeer;
    if (first === undefined) return;
    const marker = this.#marker();
    this.#sentinels.push({ marker, connection: proxy.connections.length - 1 });
    await kit.send(peer, first.message.key, { marker });
  }

  async #carryOut(step: Exclude<Step, { readonly do: 'recover' }>): Promise<void> {
    const { kit, peer, proxy, channel } = this.#parts;
    switch (step.do) {
      case 'send':
        if (step.from === 'peer') await kit.send(peer, step.message, { marker: step.marker });
        else await this.#clientSends(step.message, step.marker);
        return;
      case 'request':
        return await this.#clientAsks('request', step.message);
      case 'publish':
        return await this.#publish(step.message);
      case 'pause':
        return await this.#parts.session.clock.sleep(step.ms);
      case 'heal':
        return proxy.heal();
      default:
        inflict(proxy, channel, step);
    }
  }

  async #clientSends(key: string, marker: string): Promise<void> {
    await this.#clientAsks('send', key, marker);
  }

  async #clientAsks(op: 'send' | 'request', key: string, marker?: string): Promise<void> {
    const { client, kit } = this.#parts;
    const message = kit.clientMessage(key) as ClientMessage;
    const options = marker === undefined ? { id: null } : { id: null, marker };
    await client.order(op, message, this.#builder.build(message, options, kit.rooms[0] ?? null));
  }

  async #publish(key: string): Promise<void> {
    const { kit } = this.#parts;
    try {
      await kit.publish(key, { users: kit.users.map(({ id }) => id) });
    } catch (error) {
      // The hook does not offer this message.
      if (!(error instanceof NotTestable)) throw error;
    }
  }

  /** A message each way, waited for: before the first fault what is counted from, after the last one what shows the end. */
  async #exchange(): Promise<void> {
    const { means, peer, client, signal, kit } = this.#parts;
    const [published] = means.published;
    if (means.fromPeer.length > 0) await this.#showItself();
    else if (published !== undefined && kit.hasHook('publish')) await this.#publish(published.key);
    // The peer's own comes back to it too, and maybe after what the client sent: the record ends with neither of them missing.
    const awaited = this.#comesBack(means.fromPeer[0]) ? this.#sentinels.slice(-1).map(({ marker }) => marker) : [];
    const [toPeer] = means.fromClient;
    if (toPeer !== undefined) {
      const marker = this.#marker();
      await this.#clientSends(toPeer.message.key, marker);
      awaited.push(marker);
    }
    const has = (marker: string) => peer.since(this.#from).some(({ text }) => text.includes(JSON.stringify(marker)));
    await peer.until(() => awaited.every(has), patienceMs);
    await signal.until(() => this.#isCaughtUp(), patienceMs);
    await client.fence();
  }

  /** Whether what it causes goes to its sender too. */
  #comesBack(followed: Followed | undefined): boolean {
    return this.#parts.channel.serverMessages.some(
      ({ key, delivery }) =>
        followed?.effects.includes(key) && (delivery?.to === 'room' || delivery?.to === 'everyone'),
    );
  }

  async #finish(): Promise<void> {
    const { channel, client, proxy, session, signal } = this.#parts;
    await this.#exchange();
    await signal.until(() => client.unsettled === 0, settlingWithinMs(channel, session.clock.timeScale));
    await client.fence();
    this.#isComplete = proxy.isWhole && client.isReady;
  }

  #marker(): string {
    this.#extra += 1;
    return `s${this.#parts.schedule.seed}-x${this.#extra}`;
  }

  /** Whether the application was told of everything up to the peer's last sequenced message, and given all that was handed on last. */
  #isCaughtUp(): boolean {
    const { channel, client, peer, proxy } = this.#parts;
    const last = peer
      .since(this.#from)
      .reduce((most, { key, value }) => Math.max(most, numberOf(channel, key, value) ?? 0), 0);
    const told = client.told.reduce((most, event) => {
      if (event.event === 'gap') return Math.max(most, event.to);
      if (event.event !== 'message') return most;
      const key = classify(channel, channel.serverMessages, event.message);
      return Math.max(most, numberOf(channel, key, event.message) ?? 0);
    }, 0);
    if (told < last) return false;
    // Without numbers: everything that the peer got last has come to the client's side too, and was given.
    const seen = peer.since(this.#from).at(-1);
    if (seen === undefined || channel.resync !== null) return true;
    const delivery = channel.serverMessages.find(({ key }) => key === seen.key)?.delivery?.to;
    if (delivery !== 'room' && delivery !== 'everyone') return true;
    const newest = proxy.connections.at(-1)?.events ?? [];
    const isHandedOn = newest.some(({ direction, leg, text }) => {
      return direction === 'to-client' && leg === 'out' && text === seen.text;
    });
    return isHandedOn && client.told.some((event) => event.event === 'message' && sameText(event.message, seen.value));
  }
}

function sameText(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}
