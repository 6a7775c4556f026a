// Rules about texts that are JSON and meant to hurt: whoever sends them, the others are served as before.
import { uniqueText } from '../../harness/messages.ts';
import { brief } from '../../harness/pointer.ts';
import type { Kit } from '../../kit.ts';
import { Failed, type Rule } from '../../rule.ts';
import { perChannel } from './faulty.ts';
import { control, expectServed, pace, probeOf, renew, type Scene } from './scene.ts';

/** A valid message of the channel, as text, with a property of raw JSON added to it. */
function laced(kit: Kit, raw: string): string {
  const message = probeOf(kit.channel) ?? kit.channel.clientMessages[0];
  const text = message === undefined ? '{}' : kit.message(message.key).text;
  return text === '{}' ? `{${raw}}` : `{${raw},${text.slice(1)}`;
}

function harmless(id: Rule['id'], sentence: string, texts: (kit: Kit, mark: string) => readonly string[]): Rule {
  return {
    id,
    level: 'MUST',
    role: 'server',
    sentence,
    cases: perChannel(
      () => 'MUST',
      () => true,
      async (kit, scene) => {
        const mark = uniqueText('h-');
        await control(kit, scene);
        for (const text of texts(kit, mark)) {
          await pace(kit);
          await scene.sender.send(text);
          await kit.fence([scene.sender, scene.witness]);
          await expectOthersServed(kit, scene, text);
          await renew(kit, scene);
        }
        await control(kit, scene);
        await expectUnpolluted(kit, scene, mark);
      },
    ),
  };
}

async function expectOthersServed(kit: Kit, scene: Scene, text: string): Promise<void> {
  const { witness } = scene;
  if (witness.ending === null) {
    const other: Scene = { sender: witness, witness: scene.sender, user: witness.user ?? scene.user };
    if (scene.sender.ending === null) await expectServed(kit, other);
    else await kit.roundTrip(witness);
  }
  if (witness.ending === null) return;
  throw new Failed('the others stay connected', `${witness.describe()} after ${brief(text.slice(0, 200))}`, {
    reason: 'others-hurt',
  });
}

/** Nothing that was put under an object's own names shows up in a message that never had it. */
async function expectUnpolluted(kit: Kit, scene: Scene, mark: string): Promise<void> {
  const probe = await kit.joined({ name: 'afterwards', user: scene.user });
  await kit.roundTrip(probe);
  const dirty = probe.messages.find((message) => message.text.includes(mark));
  if (dirty !== undefined) throw new Failed('messages as before', brief(dirty.value), { reason: 'polluted' });
}

export const hostileRules: readonly Rule[] = [
  harmless(
    'validation/prototype-keys-harmless',
    "Keys named like an object's own members do no harm to others.",
    (kit, mark) => [
      laced(kit, `"__proto__":{"${mark}":"${mark}"}`),
      laced(kit, `"constructor":{"prototype":{"${mark}":"${mark}"}}`),
      laced(kit, `"hasOwnProperty":1,"toString":null,"valueOf":"x","toJSON":1`),
      laced(kit, `"__class__":"x","__init__":{"__globals__":1},"__dict__":null`),
    ],
  ),
  harmless('validation/deep-json-harmless', 'Deeply nested JSON does no harm to others.', (kit) => [
    laced(kit, `"deep":${'['.repeat(5000)}${']'.repeat(5000)}`),
    laced(kit, `"deep":${'{"a":'.repeat(2500)}1${'}'.repeat(2500)}`),
    '['.repeat(20_000),
  ]),
  harmless(
    'validation/odd-values-harmless',
    'Numbers and characters that not every language can hold do no harm to others.',
    (kit) => {
      const message = probeOf(kit.channel);
      const marker = message === null ? null : kit.message(message.key).markerPointer;
      const texts = [laced(kit, '"n":1e999'), laced(kit, `"n":${'9'.repeat(400)}`), laced(kit, '"s":"\\ud800"')];
      if (message !== null && marker !== null) {
        // Half of a surrogate pair, and a zero character, in a text that is relayed.
        const place = (text: string) => kit.message(message.key, { marker: 'HERE' }).text.replace('HERE', text);
        texts.push(place('\\ud800'), place('a\\u0000b'), place('\\udfff\\ud800'));
      }
      return texts;
    },
  ),
];
