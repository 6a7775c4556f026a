// Rules about messages that break their schema, each in one place: answered, with the right code and pointer, without effect.
import type { Channel, ClientMessage, Contract, Level } from '../../../scripts/model.ts';
import { brief } from '../../harness/pointer.ts';
import type { Kit } from '../../kit.ts';
import { type Case, Failed, lowest, type Rule } from '../../rule.ts';
import { expectNoEffects } from './no-effect.ts';
import {
  codeFor,
  errorLevel,
  expectCode,
  expectError,
  type Fault,
  faultLevels,
  faultsOf,
  judgeErrors,
  reject,
} from './rejection.ts';
import {
  addressed,
  expectServed,
  expectTaken,
  longCaseMs,
  needsFor,
  openScene,
  rejoin,
  type Scene,
  tell,
} from './scene.ts';

type Body = (kit: Kit, scene: Scene, message: ClientMessage) => Promise<void>;

/** One case for each client message. */
export function perMessage(
  level: (channel: Channel, message: ClientMessage) => Level,
  applies: (channel: Channel, message: ClientMessage, contract: Contract) => boolean,
  run: Body,
): Rule['cases'] {
  return (contract, channel) =>
    channel.clientMessages
      .filter((message) => applies(channel, message, contract))
      .map(
        (message): Case => ({
          channel: channel.name,
          message: message.type,
          level: level(channel, message),
          source: message.source,
          needs: needsFor(message),
          timeoutMs: longCaseMs,
          async run(kit) {
            const scene = await openScene(kit, message);
            await run(kit, scene, message);
          },
        }),
      );
}

/** The message without the fault is taken. One that leaves the room is followed by a connection that has joined. */
export async function validControl(kit: Kit, scene: Scene, message: ClientMessage): Promise<void> {
  const told = await tell(kit, scene, kit.message(message.key, addressed(kit, message.key, scene)));
  expectTaken(scene, told, `a valid ${message.type}`, message.level);
  if (told.outcomes.length === 0) await expectServed(kit, scene);
  await rejoin(kit, scene, message);
}

function faultsAt(level: Level, kit: Kit, message: ClientMessage, scene: Scene): readonly Fault[] {
  return faultsOf(kit, message.key, scene).filter((fault) => fault.level === level);
}

const canBreak = (channel: Channel, message: ClientMessage, contract: Contract) =>
  faultLevels(contract, channel, message).has(message.level);

export const invalidAnswered: Rule = {
  id: 'validation/invalid-answered',
  level: 'MUST',
  role: 'server',
  sentence: 'A message that breaks its schema is answered with one error message.',
  cases: perMessage(
    (channel, message) => lowest(errorLevel(channel), message.level),
    (channel, message, contract) => channel.error !== null && canBreak(channel, message, contract),
    async (kit, scene, message) => {
      await validControl(kit, scene, message);
      for (const fault of faultsAt(message.level, kit, message, scene)) {
        expectError(kit, fault, await reject(kit, scene, fault));
      }
    },
  ),
};

export const boundsAnswered: Rule = {
  id: 'validation/bounds-answered',
  level: 'SHOULD',
  role: 'server',
  sentence: 'A message beyond a bound that is only a SHOULD is answered with one error message.',
  cases: perMessage(
    () => 'SHOULD',
    (channel, message, contract) =>
      channel.error !== null && message.level === 'MUST' && faultLevels(contract, channel, message).has('SHOULD'),
    async (kit, scene, message) => {
      await validControl(kit, scene, message);
      for (const fault of faultsAt('SHOULD', kit, message, scene)) {
        expectError(kit, fault, await reject(kit, scene, fault));
      }
    },
  ),
};

export const invalidNoEffect: Rule = {
  id: 'validation/invalid-no-effect',
  level: 'MUST',
  role: 'server',
  sentence: 'A message that breaks its schema has no effect: nobody gets anything but the error.',
  cases: perMessage(
    () => 'MUST',
    (channel, message, contract) => faultLevels(contract, channel, message).size > 0,
    async (kit, scene, message) => {
      await validControl(kit, scene, message);
      await expectNoEffects(kit, scene, faultsOf(kit, message.key, scene));
    },
  ),
};

export const invalidCode: Rule = {
  id: 'validation/invalid-code',
  level: 'MUST',
  role: 'server',
  sentence: 'The error that answers a message that breaks its schema has the code for it.',
  cases: perMessage(
    (channel, message) => lowest(errorLevel(channel), message.level, codeFor(channel, 'invalid')?.level ?? 'MUST'),
    (channel, message, contract) => codeFor(channel, 'invalid') !== null && canBreak(channel, message, contract),
    async (kit, scene, message) => {
      await validControl(kit, scene, message);
      await judgeErrors(kit, scene, faultsAt(message.level, kit, message, scene), (fault, error) =>
        expectCode(kit, fault, error),
      );
    },
  ),
};

export const invalidPointer: Rule = {
  id: 'validation/invalid-pointer',
  level: 'SHOULD',
  role: 'server',
  sentence:
    'The error that answers a message that breaks its schema points to the place: a missing property to where it would be, several remedies to their parent.',
  cases: perMessage(
    () => 'SHOULD',
    (channel, message, contract) => channel.error?.pointer != null && canBreak(channel, message, contract),
    async (kit, scene, message) => {
      await validControl(kit, scene, message);
      await judgeErrors(kit, scene, faultsAt(message.level, kit, message, scene), (fault, error) => {
        if (error.pointer === fault.pointer) return;
        throw new Failed(
          `pointer ${brief(fault.pointer)} for ${fault.name} (${brief(fault.text)})`,
          brief(error.pointer),
          {
            reason: 'wrong-pointer',
          },
        );
      });
    },
  ),
};

/** Whether a schema lists keywords whose breach is only a SHOULD, anywhere in it. */
export function mentionsShould(schema: unknown, definitions: Readonly<Record<string, unknown>>, depth = 0): boolean {
  if (typeof schema !== 'object' || schema === null || depth > 40) return false;
  if ('x-ws-should' in schema) return true;
  if ('$ref' in schema && typeof schema.$ref === 'string') {
    return mentionsShould(definitions[schema.$ref.replace('#/definitions/', '')], definitions, depth + 1);
  }
  return Object.values(schema).some((part) => mentionsShould(part, definitions, depth + 1));
}
