// Rules about the error message itself: it goes to the sender alone, names its cause, speaks to people, and is not the end.
import type { Connection } from '../../harness/connection.ts';
import type { Id } from '../../harness/ids.ts';
import { brief } from '../../harness/pointer.ts';
import type { Kit } from '../../kit.ts';
import { Failed, type Rule } from '../../rule.ts';
import { perChannel } from './faulty.ts';
import { brokenTypes, malformedTexts, unknownTypes } from './faulty-texts.ts';
import { errorLevel, type Fault, faultsOf, judgeErrors, reject } from './rejection.ts';
import { control, isError, probeOf, roleFor, type Scene } from './scene.ts';

/** One or two faults of each kind, those without a type only where the channel has types. */
function oneOfEach(kit: Kit, scene: Scene): readonly Fault[] {
  const plain = kit.channel.clientMessages.filter((message) => roleFor(message) === null && message.level === 'MUST');
  const invalid = plain.flatMap((message) => faultsOf(kit, message.key, scene).slice(0, 1));
  const types =
    kit.channel.envelope.discriminator === null
      ? []
      : [...unknownTypes(kit).slice(0, 1), ...brokenTypes(kit).slice(0, 2)];
  return [...malformedTexts().slice(0, 2), ...types, ...invalid];
}

export const staysOpen: Rule = {
  id: 'validation/stays-open',
  level: 'MUST',
  role: 'server',
  sentence: 'A connection whose message was rejected stays open, and the next valid message is taken.',
  cases: perChannel(
    errorLevel,
    (channel) => channel.error !== null,
    async (kit, scene) => {
      await control(kit, scene);
      for (const fault of oneOfEach(kit, scene)) {
        const { ended } = await reject(kit, scene, fault);
        if (ended !== null)
          throw new Failed(`the connection stays open after ${fault.name}`, ended, { reason: 'ended' });
        await control(kit, scene);
      }
    },
  ),
};

export const errorDirect: Rule = {
  id: 'validation/error-direct',
  level: 'MUST',
  role: 'server',
  sentence: 'The error that answers a message reaches the connection that sent it and no other.',
  cases: perChannel(
    (channel) => channel.serverMessages.find(({ key }) => key === channel.error?.message)?.delivery?.level ?? 'MUST',
    (channel) => channel.error !== null,
    async (kit, scene) => {
      const tab = await kit.joined({ name: "the sender's other connection", user: scene.user });
      const others: readonly Connection[] = [tab, scene.witness];
      await kit.quiesce([scene.sender, ...others]);
      const from = others.map((connection) => connection.messages.length);
      await judgeErrors(kit, scene, oneOfEach(kit, scene), async (fault) => {
        await kit.fence([scene.sender, ...others]);
        for (const [index, connection] of others.entries()) {
          const leaked = connection.since(from[index] ?? 0).find((message) => isError(kit, message));
          if (leaked === undefined) continue;
          throw new Failed(`nothing on ${connection.name} of ${fault.name}`, brief(leaked.value), { reason: 'leaked' });
        }
      });
    },
  ),
};

/** What a text for people does not hold: traces, names of exceptions, and what JSON parsers say. */
const exceptionText =
  /Traceback|^\s*at .+:\d+:\d+|\b[A-Z]\w*(Error|Exception)\b|Unexpected (token|end of|non-whitespace)|Expecting (value|property|',')|is not valid JSON|\(char \d+\)|NoneType|invalid character '|\.(py|js|ts|go|rb):\d+/m;

export const errorText: Rule = {
  id: 'validation/error-text',
  level: 'SHOULD',
  role: 'server',
  sentence: 'The text of an error is for people: it is not empty, and it is no text of an exception.',
  cases: perChannel(
    () => 'SHOULD',
    (channel) => channel.error?.text != null,
    async (kit, scene) => {
      await judgeErrors(kit, scene, oneOfEach(kit, scene), (_fault, { text }) => {
        const isText = typeof text === 'string' && text.trim() !== '';
        if (!isText) throw new Failed('a text that says what is wrong', brief(text), { reason: 'empty' });
        if (exceptionText.test(text)) throw new Failed('no text of an exception', brief(text), { reason: 'exception' });
      });
    },
  ),
};

export const errorId: Rule = {
  id: 'validation/error-id',
  level: 'MUST',
  role: 'server',
  sentence: 'An error carries the id of the message that caused it.',
  cases: perChannel(
    errorLevel,
    (channel) => channel.error?.id != null && channel.envelope.id !== null,
    async (kit, scene) => {
      const plain = [probeOf(kit.channel), ...kit.channel.clientMessages.filter((one) => roleFor(one) === null)];
      const carrier = plain.find((message) => message !== null && kit.message(message.key).id !== null);
      const invalid = carrier == null ? [] : faultsOf(kit, carrier.key, scene);
      const faults = [...invalid, ...unknownTypes(kit), ...brokenTypes(kit)].filter((fault) => fault.id !== null);
      // Nothing else is under way: whatever error comes answers it, also one that carries another id.
      const anonymous = new Map<Fault, Id | null>(faults.map((fault) => [{ ...fault, id: null }, fault.id]));
      await judgeErrors(kit, scene, [...anonymous.keys()], (fault, { id }) => {
        const sent = anonymous.get(fault) ?? null;
        if (id === sent) return;
        throw new Failed(`id ${brief(sent)} on the error for ${fault.name}`, brief(id), { reason: 'wrong-id' });
      });
    },
  ),
};

export const errorIdAbsent: Rule = {
  id: 'validation/error-id-absent',
  level: 'MUST',
  role: 'server',
  sentence: 'An error carries no id where its cause has none that can be read.',
  cases: perChannel(
    errorLevel,
    (channel) => channel.error?.id != null && channel.envelope.id !== null,
    async (kit, scene) => {
      await judgeErrors(kit, scene, malformedTexts(), (fault, { id }) => {
        if (id !== undefined)
          throw new Failed(`no id on the error for ${fault.name}`, brief(id), { reason: 'wrong-id' });
      });
    },
  ),
};
