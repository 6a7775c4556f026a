// The scene of a message that is taken or rejected: who sends it, who must see its effect or none, and how fast it may be said.
import type { Channel, ClientMessage, ServerMessage } from '../../../scripts/model.ts';
import type { Clock } from '../../harness/clock.ts';
import { type Connection, describeEnding, type Received } from '../../harness/connection.ts';
import type { BuildOptions, Built } from '../../harness/messages.ts';
import { brief } from '../../harness/pointer.ts';
import type { User } from '../../harness/users.ts';
import type { Kit } from '../../kit.ts';
import { Failed, type Needs } from '../../rule.ts';
import { copiesFor } from '../delivery/truth-table.ts';

export interface Scene {
  /** Joined; has the role that the message needs. Replaced by {@link renew} where the server ended it. */
  sender: Connection;
  /** Of another user, joined to the same room. */
  readonly witness: Connection;
  readonly user: User;
}

/** Cases with many variants, paced under the rate limit, and long waits where a server answers nothing. */
export const longCaseMs = 400_000;

export function roleFor(message: ClientMessage | null): string | null {
  const requirement = message?.requires.find(({ condition }) => condition === 'role');
  return requirement?.condition === 'role' ? requirement.role : null;
}

export function needsFor(message: ClientMessage | null, more: Needs = {}): Needs {
  const role = roleFor(message);
  return { users: 2, ...(role === null ? {} : { roles: [role] }), ...more };
}

export async function openScene(kit: Kit, message: ClientMessage | null): Promise<Scene> {
  const [first, second] = kit.users;
  const role = roleFor(message);
  const user = role === null ? first! : kit.withRole(role);
  const { sender, witness } = await kit.party({ sender: { user }, witness: { user: second! } });
  await expectQuiet(kit, [sender!, witness!]);
  return { sender: sender!, witness: witness!, user };
}

/** By run and channel. */
const watched = new WeakMap<Clock, Map<Channel, Promise<string | null>>>();

/** So often the same unasked message on each of two idle connections within {@link watchMs} makes a flood. */
const floodCount = 3;
const watchMs = 150;

/**
 * A server that sends without end whatever nobody asked for would seem to answer everything. Each channel's first idle scene is
 * watched for that, once in a run. What leaks from other cases differs from one to the next, and is judged by the rules on delivery.
 */
export async function expectQuiet(kit: Kit, idle: readonly Connection[]): Promise<void> {
  const channels = watched.get(kit.clock) ?? new Map<Channel, Promise<string | null>>();
  watched.set(kit.clock, channels);
  const verdict = channels.get(kit.channel) ?? watch(kit, idle);
  channels.set(kit.channel, verdict);
  const flood = await verdict;
  if (flood !== null) throw new Failed('silence where nobody says anything', flood, { reason: 'unasked' });
}

async function watch(kit: Kit, idle: readonly Connection[]): Promise<string | null> {
  const from = idle.map((connection) => connection.messages.length);
  await kit.clock.sleep(watchMs);
  const floods = idle.map((connection, index) => mostRepeated(connection.since(from[index] ?? 0)));
  const [first] = floods;
  if (first === undefined || floods.some(({ count }) => count < floodCount)) return null;
  return `${first.count} times ${brief(first.text)} in ${watchMs} ms`;
}

/** An empty text that stands for a ping is judged elsewhere. */
function mostRepeated(messages: readonly Received[]): { readonly text: string; readonly count: number } {
  const counts = new Map<string, number>();
  for (const { text } of messages) if (text !== '') counts.set(text, (counts.get(text) ?? 0) + 1);
  const [most] = [...counts].sort(([, left], [, right]) => right - left);
  return { text: most?.[0] ?? '', count: most?.[1] ?? 0 };
}

/** A connection in the place of one that the server ended: that it ended is judged by one rule, not by all. */
export async function renew(kit: Kit, scene: Scene): Promise<void> {
  if (scene.sender.ending === null) return;
  scene.sender = await kit.joined({ name: 'sender again', user: scene.user });
  await kit.quiesce([scene.sender, scene.witness]);
}

/** {@link renew}; what leaves the room is followed by a connection that has joined. */
export async function rejoin(kit: Kit, scene: Scene, message: ClientMessage): Promise<void> {
  if (kit.channel.room?.leave?.message === message.key) await scene.sender.close();
  await renew(kit, scene);
}

/** Waits until so many messages are no burden to the rate limit, fences included. */
export async function pace(kit: Kit, messages = 4): Promise<void> {
  const { rate } = kit.channel.limits;
  if (rate !== null) await kit.clock.sleep(Math.ceil((messages * 1000) / kit.clock.scaledRate(rate.perSecond)));
}

/** What is left of a connection's burst, and when and after how many messages it was counted. */
interface Allowance {
  readonly left: number;
  readonly at: number;
  readonly sent: number;
}

const allowances = new WeakMap<Connection, Allowance>();

/** Kept free of the burst: for fences, and for a server that counts a little otherwise. */
const keptFree = 0.5;

/** Waits only where the connection's next message could be one too many; counts all that it sent, fences included. */
export async function paceOn(kit: Kit, connection: Connection): Promise<void> {
  const { rate } = kit.channel.limits;
  if (rate === null) return;
  if (!Number.isFinite(connection.sentCount)) return await pace(kit, 1);
  const perMs = kit.clock.scaledRate(rate.perSecond) / 1000;
  const counted = allowances.get(connection) ?? { left: rate.burst, at: connection.openedAt, sent: 0 };
  const at = kit.clock.now();
  const refilled = Math.min(rate.burst, counted.left + (at - counted.at) * perMs);
  const left = refilled - (connection.sentCount - counted.sent);
  const floor = rate.burst * keptFree;
  allowances.set(connection, { left, at, sent: connection.sentCount });
  if (left < floor) await kit.clock.sleep(Math.ceil((floor - left) / perMs));
}

/** What a valid message leads to: on which connection one of these messages is seen. */
export interface Outcome {
  readonly connection: Connection;
  readonly keys: readonly string[];
  readonly effect: ServerMessage;
}

/** Build options that address the message to the witness, where it names a user. */
export function addressed(kit: Kit, key: string, scene: Scene): BuildOptions {
  for (const effect of kit.effectsOf(key)) {
    for (const trigger of effect.triggers) {
      if (trigger.on !== 'message' || trigger.message !== key || trigger.user === null) continue;
      if (effect.delivery?.to === 'user') return { with: { [trigger.user]: scene.witness.user?.id ?? '' } };
    }
  }
  return {};
}

export function outcomesOf(kit: Kit, key: string, scene: Scene): readonly Outcome[] {
  const effects = kit.effectsOf(key);
  const replies = kit.clientMessage(key).reply?.messages ?? [];
  const outcomes: Outcome[] = [];
  for (const effect of effects) {
    if (replies.includes(effect.key) || effect.delivery === null) continue;
    // What comes back to its sender may be no more than an echo.
    const isToOthers = copiesFor(effect.delivery.to, 'peer1') > 0;
    outcomes.push({ connection: isToOthers ? scene.witness : scene.sender, keys: [effect.key], effect });
  }
  const [first] = replies;
  if (first !== undefined)
    outcomes.unshift({ connection: scene.sender, keys: replies, effect: kit.serverMessage(first) });
  return outcomes;
}

/** What came of a message: its outcomes as they were seen, in the order of {@link outcomesOf}, and the error if one came. */
export interface Told {
  readonly sent: Built;
  readonly outcomes: readonly Outcome[];
  readonly seen: readonly (Received | undefined)[];
  readonly error: Received | undefined;
}

/** Sends a message that is valid, or may be, and waits for all that it leads to, or for an error. Empties the inboxes. */
export async function tell(kit: Kit, scene: Scene, sent: Built, text: string = sent.text): Promise<Told> {
  const { sender, witness } = scene;
  for (const connection of [sender, witness]) connection.clearInbox();
  const outcomes = outcomesOf(kit, sent.key, scene);
  const seenOf = ({ connection, keys, effect }: Outcome) =>
    connection.inbox.find(
      (message) =>
        message.key !== null &&
        keys.includes(message.key) &&
        (!isMarked(effect, sent) || message.text.includes(sent.marker ?? '')),
    );
  const errorOf = () => sender.inbox.find((message) => isError(kit, message));
  const isOver = () => errorOf() !== undefined || sender.ending !== null;
  await pace(kit, 5);
  await sender.send(text);
  if (outcomes.length === 0) await kit.roundTrip(sender);
  else {
    const all = outcomes.map((outcome) =>
      outcome.connection.until(() => seenOf(outcome) !== undefined || isOver(), kit.patienceMs),
    );
    await Promise.race([Promise.all(all), sender.until(isOver, kit.patienceMs)]);
  }
  const told = { sent, outcomes, seen: outcomes.map(seenOf), error: errorOf() };
  // What leaves a room hears no fence there any more.
  if (kit.channel.room?.leave?.message === sent.key && told.error === undefined) sender.joinedRooms.clear();
  // What the others get of it may still be under way.
  await kit.quiesce([sender, witness]);
  return told;
}

/** Whether what it leads to must show its mark. */
function isMarked(effect: ServerMessage, { key, marker, markerPointer }: Built): boolean {
  if (marker === null || markerPointer === null) return false;
  return effect.triggers.some(
    (one) =>
      one.on === 'message' &&
      one.message === key &&
      one.fields.some(({ source }) => source.from === 'message' && markerPointer.startsWith(source.pointer)),
  );
}

/** Fails unless everything that the message leads to was seen, and no error. */
export function expectTaken(scene: Scene, told: Told, what: string, level: 'MUST' | 'SHOULD' = 'MUST'): void {
  if (told.error !== undefined) {
    throw new Failed(`${what} is accepted`, `an error: ${brief(told.error.value)}`, { reason: 'rejected', level });
  }
  const missing = told.outcomes.findIndex((_outcome, index) => told.seen[index] === undefined);
  const outcome = told.outcomes[missing];
  if (outcome !== undefined) {
    const ending = scene.sender.ending;
    const observed = ending === null ? 'none' : `none; the connection was ${describeEnding(ending)}`;
    const expected = `${what} is accepted: ${outcome.keys.join(' or ')} on ${outcome.connection.name}`;
    throw new Failed(expected, observed, { reason: ending === null ? 'no-effect' : 'ended', level });
  }
  if (scene.sender.ending !== null) {
    throw new Failed(`${what} is accepted`, `the connection was ${describeEnding(scene.sender.ending)}`, {
      reason: 'ended',
      level,
    });
  }
}

export function isError(kit: Kit, message: Received): boolean {
  return kit.channel.error !== null && message.key === kit.channel.error.message;
}

/** Proves that the connection is served: a request is answered, else a message has its effect, else a ping frame its pong. */
export async function expectServed(kit: Kit, scene: Scene, level: 'MUST' | 'SHOULD' = 'MUST'): Promise<void> {
  const { sender } = scene;
  if (sender.ending === null && (await kit.roundTrip(sender))) return;
  const probe = probeOf(kit.channel);
  if (sender.ending === null && probe !== null) {
    const told = await tell(kit, scene, kit.message(probe.key, addressed(kit, probe.key, scene)));
    expectTaken(scene, told, `a valid ${probe.type} afterwards`, level);
    return;
  }
  const before = sender.pongs.length;
  await sender.ping('alive');
  await sender.until(() => sender.pongs.length > before || sender.ending !== null, kit.patienceMs);
  if (sender.pongs.length === before) {
    throw new Failed('the connection is served afterwards', sender.describe(), { reason: 'not-served', level });
  }
}

/** The control: a valid message is taken. Without it, silence would look like order. */
export async function control(kit: Kit, scene: Scene): Promise<void> {
  const probe = probeOf(kit.channel);
  if (probe === null) return await expectServed(kit, scene);
  const told = await tell(kit, scene, kit.message(probe.key, addressed(kit, probe.key, scene)));
  expectTaken(scene, told, `a valid ${probe.type}`, probe.level);
}

/** A message without conditions that somebody sees; null where the channel has none. */
export function probeOf(channel: Channel): ClientMessage | null {
  const special = [channel.room?.join?.message, channel.room?.leave?.message, channel.resync?.request.message];
  const plain = channel.clientMessages.filter(
    (message) =>
      roleFor(message) === null &&
      !special.includes(message.key) &&
      channel.serverMessages.some(
        (effect) =>
          effect.delivery !== null &&
          effect.triggers.some((trigger) => trigger.on === 'message' && trigger.message === message.key),
      ),
  );
  return plain.find((message) => message.level === 'MUST') ?? plain[0] ?? null;
}

/**
 * Whether a message that came is the effect of a client message: no error, nothing that the server says of its own accord, and
 * no answer to the suite's own round trips unless they are what the rejected message would have led to.
 */
export function isEffect(kit: Kit, message: Received, rejected: string | null): boolean {
  if (message.fence || isError(kit, message)) return false;
  if (message.key === null) return message.text !== '' && message.binary === null;
  const own = rejected === null ? [] : kit.effectsOf(rejected).map(({ key }) => key);
  if (rejected !== null) own.push(...(kit.clientMessage(rejected).reply?.messages ?? []));
  if (own.includes(message.key)) return true;
  if (kit.fenceRequest?.answers.includes(message.key)) return false;
  return kit.serverMessage(message.key).triggers.some(({ on }) => on === 'message');
}
