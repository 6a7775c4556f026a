// Rules about texts that are no message of the channel: answered, with the right code, without any effect.
import type { Channel, ErrorCondition, Level } from '../../../scripts/model.ts';
import type { Kit } from '../../kit.ts';
import { type Case, lowest, type Rule } from '../../rule.ts';
import { brokenTypes, malformedTexts, unknownTypes } from './faulty-texts.ts';
import { expectNoEffects } from './no-effect.ts';
import { codeFor, errorLevel, expectCode, expectError, type Fault, judgeErrors, reject } from './rejection.ts';
import { control, longCaseMs, needsFor, openScene, renew, type Scene } from './scene.ts';

type Faults = (kit: Kit) => readonly Fault[];

/** One case a channel: the control (a valid message is served), then each fault. */
export function perChannel(
  level: (channel: Channel) => Level,
  applies: (channel: Channel) => boolean,
  run: (kit: Kit, scene: Scene) => Promise<void>,
): Rule['cases'] {
  return (_contract, channel): readonly Case[] =>
    channel.clientMessages.length === 0 || !applies(channel)
      ? []
      : [
          {
            channel: channel.name,
            level: level(channel),
            source: channel.error?.source ?? channel.envelope.source,
            needs: needsFor(null),
            timeoutMs: longCaseMs,
            async run(kit) {
              const scene = await openScene(kit, null);
              await run(kit, scene);
            },
          },
        ];
}

function answered(id: Rule['id'], sentence: string, faults: Faults, applies: (channel: Channel) => boolean): Rule {
  return {
    id,
    level: 'MUST',
    role: 'server',
    sentence,
    cases: perChannel(
      errorLevel,
      (channel) => channel.error !== null && applies(channel),
      async (kit, scene) => {
        await control(kit, scene);
        for (const fault of faults(kit)) expectError(kit, fault, await reject(kit, scene, fault));
      },
    ),
  };
}

function coded(
  id: Rule['id'],
  sentence: string,
  condition: ErrorCondition,
  faults: Faults,
  applies: (channel: Channel) => boolean,
): Rule {
  return {
    id,
    level: 'MUST',
    role: 'server',
    sentence,
    cases: perChannel(
      (channel) => lowest(errorLevel(channel), codeFor(channel, condition)?.level ?? 'MUST'),
      (channel) => codeFor(channel, condition) !== null && applies(channel),
      async (kit, scene) => {
        await judgeErrors(kit, scene, faults(kit), (fault, error) => expectCode(kit, fault, error));
      },
    ),
  };
}

function withoutEffect(id: Rule['id'], sentence: string, faults: Faults, applies: (channel: Channel) => boolean): Rule {
  return {
    id,
    level: 'MUST',
    role: 'server',
    sentence,
    cases: perChannel(
      () => 'MUST',
      applies,
      async (kit, scene) => {
        await control(kit, scene);
        await expectNoEffects(kit, scene, faults(kit));
        await renew(kit, scene);
        await control(kit, scene);
      },
    ),
  };
}

const always = () => true;
const hasTypes = (channel: Channel) => channel.envelope.discriminator !== null;

export const faultyRules: readonly Rule[] = [
  answered(
    'validation/malformed-answered',
    'A text that is not a JSON object is answered with one error message.',
    malformedTexts,
    always,
  ),
  coded(
    'validation/malformed-code',
    'The error that answers a text that is not a JSON object has the code for it.',
    'malformed',
    malformedTexts,
    always,
  ),
  withoutEffect(
    'validation/malformed-no-effect',
    'A text that is not a JSON object has no effect: nobody gets anything but the error.',
    malformedTexts,
    always,
  ),
  answered(
    'validation/unknown-type-answered',
    'A message of a type that the channel does not take from clients is answered with one error message.',
    unknownTypes,
    hasTypes,
  ),
  coded(
    'validation/unknown-type-code',
    'The error that answers an unknown type has the code for it.',
    'unknown-type',
    unknownTypes,
    hasTypes,
  ),
  withoutEffect(
    'validation/unknown-type-no-effect',
    'A message of an unknown type has no effect: nobody gets anything but the error.',
    unknownTypes,
    hasTypes,
  ),
  answered(
    'validation/broken-type-answered',
    'A message whose type is missing or no string is answered with one error message.',
    brokenTypes,
    hasTypes,
  ),
  coded(
    'validation/broken-type-code',
    'The error that answers a missing type, or one that is no string, has the code of a message that breaks its schema.',
    'invalid',
    brokenTypes,
    hasTypes,
  ),
  withoutEffect(
    'validation/broken-type-no-effect',
    'A message whose type is missing or no string has no effect: nobody gets anything but the error.',
    brokenTypes,
    hasTypes,
  ),
];
