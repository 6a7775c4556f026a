// What came of a message that must be rejected: the error that answers it, and everything that it should not have caused.
import type { Channel, ClientMessage, Contract, ErrorCondition, Level } from '../../../scripts/model.ts';
import { describeEnding } from '../../harness/connection.ts';
import type { Id } from '../../harness/ids.ts';
import { type Built, MessageBuilder } from '../../harness/messages.ts';
import { type Mutation, mutationsOf } from '../../harness/mutations.ts';
import { brief, valueAt } from '../../harness/pointer.ts';
import { Schemas } from '../../harness/schemas.ts';
import type { ErrorSeen, Kit } from '../../kit.ts';
import { Failed, lowest } from '../../rule.ts';
import { addressed, isError, pace, renew, type Scene } from './scene.ts';

/** A message that breaks one rule of the contract, as it goes over the wire. */
export interface Fault {
  /** For sentences: `an empty text`, `maxLength /text`. */
  readonly name: string;
  readonly text: string;
  /** The id that can be read in it; null where there is none. */
  readonly id: Id | null;
  /** Client message that it would have been; null where it is none at all. */
  readonly key: string | null;
  /** Level of the rule that it breaks. */
  readonly level: Level;
  /** Where the fault is; null where nothing is said about it. */
  readonly pointer: string | null;
  readonly condition: ErrorCondition;
}

export interface Rejection {
  readonly error: ErrorSeen | null;
  /** Errors beyond the first. */
  readonly moreErrors: number;
  /** How the connection ended; null: it is open. */
  readonly ended: string | null;
}

/** Level at which an error message is owed; SHOULD where the contract has none. */
export function errorLevel(channel: Channel): Level {
  const report = channel.error;
  const message = channel.serverMessages.find(({ key }) => key === report?.message);
  return report === null ? 'SHOULD' : lowest(report.level, message?.level ?? 'MUST');
}

/** The code that the contract gives a condition, with its level; null where it gives none. */
export function codeFor(channel: Channel, condition: ErrorCondition) {
  if (channel.error?.code == null) return null;
  return channel.error.codes.find(({ when }) => when === condition) ?? null;
}

/** Faults of one client message, of level MUST first: what follows a SHOULD must not hide a MUST. */
export function faultsOf(kit: Kit, key: string, scene: Scene): readonly Fault[] {
  const message = kit.clientMessage(key);
  return kit
    .mutations(key, addressed(kit, key, scene))
    .filter(isInvalid)
    .map((mutation) => toFault(kit, key, mutation, lowest(mutation.level, message.level)))
    .sort((left, right) => Number(left.level === 'SHOULD') - Number(right.level === 'SHOULD'));
}

const levels = new WeakMap<ClientMessage, ReadonlySet<Level>>();

/** Levels of what the schema of a message lets be broken, the type apart; computed from the contract alone. */
export function faultLevels(contract: Contract, channel: Channel, message: ClientMessage): ReadonlySet<Level> {
  const known = levels.get(message);
  if (known !== undefined) return known;
  const schemas = new Schemas(contract);
  const built = new MessageBuilder(channel, schemas).build(message, {}, null);
  const mutations = mutationsOf(message, built, channel.envelope.discriminator, schemas).filter(isInvalid);
  const found = new Set(mutations.map((mutation) => lowest(mutation.level, message.level)));
  levels.set(message, found);
  return found;
}

/** What is no object at all is malformed, and a broken type is judged apart. */
function isInvalid(mutation: Mutation): boolean {
  return !mutation.discriminator && mutation.pointer + mutation.keyword !== 'type';
}

function toFault(kit: Kit, key: string, mutation: Mutation, level: Level): Fault {
  const { name, text, value, pointer } = mutation;
  return {
    name: `${kit.clientMessage(key).type} with a broken ${name}`,
    text,
    // What is no valid id, an error need not carry, and often cannot.
    id: pointer === kit.channel.envelope.id ? null : idIn(kit, value),
    key,
    level,
    pointer,
    condition: 'invalid',
  };
}

export function idIn(kit: Kit, value: unknown): Id | null {
  const place = kit.channel.envelope.id;
  const id = place === null ? undefined : valueAt(value, place);
  return (typeof id === 'string' && id !== '') || typeof id === 'number' ? id : null;
}

/** Sends it and collects the answer. Leaves empty inboxes. */
export async function reject(kit: Kit, scene: Scene, fault: Fault): Promise<Rejection> {
  await renew(kit, scene);
  const { sender, witness } = scene;
  await pace(kit, 3);
  for (const connection of [sender, witness]) connection.clearInbox();
  await sender.send(fault.text);
  const error = await kit.errorFor(sender, asBuilt(fault));
  const moreErrors = sender.inbox.filter((message) => isError(kit, message)).length;
  const ended = sender.ending === null ? null : describeEnding(sender.ending);
  for (const connection of [sender, witness]) connection.clearInbox();
  return { error, moreErrors, ended };
}

export function asBuilt(fault: Fault): Built {
  const { key, text, id } = fault;
  return { key: key ?? '', value: undefined, text, id, isIdFree: true, marker: null, markerPointer: null, room: null };
}

/** Fails unless exactly one error answered. The breach is a SHOULD where the error message, or the broken rule, is one. */
export function expectError(kit: Kit, fault: Fault, rejection: Rejection): ErrorSeen {
  const level = lowest(errorLevel(kit.channel), fault.level);
  const what = `one ${kit.channel.error?.message ?? 'error'} that answers ${fault.name} (${brief(fault.text)})`;
  const { error, ended, moreErrors } = rejection;
  if (error === null) {
    const observed = ended === null ? 'no error' : `the connection was ${ended}`;
    throw new Failed(what, observed, { reason: ended === null ? 'not-answered' : 'ended', level });
  }
  if (moreErrors > 0) throw new Failed(what, `${moreErrors + 1} of them`, { reason: 'duplicate', level });
  return error;
}

/** Judges the errors that came; where none came at all there is nothing to judge, which other rules call a breach: here a warning. */
export async function judgeErrors(
  kit: Kit,
  scene: Scene,
  faults: readonly Fault[],
  judge: (fault: Fault, error: ErrorSeen) => void | Promise<void>,
): Promise<void> {
  let judged = 0;
  for (const fault of faults) {
    const { error } = await reject(kit, scene, fault);
    if (error !== null) await judge(fault, error);
    if (error !== null) judged += 1;
    // A server that never answers is waited for twice, not for every fault.
    if (judged === 0 && fault === faults[1]) break;
  }
  if (judged > 0) return;
  throw new Failed('an error that can be looked at', 'none for any rejected message', {
    reason: 'not-answered',
    level: 'SHOULD',
  });
}

/** Fails unless the error has the code of its condition. */
export function expectCode(kit: Kit, fault: Fault, error: ErrorSeen): void {
  const row = codeFor(kit.channel, fault.condition);
  if (row === null || error.code === row.code) return;
  throw new Failed(`code ${row.code} for ${fault.name} (${brief(fault.text)})`, brief(error.code), {
    reason: 'wrong-code',
  });
}
