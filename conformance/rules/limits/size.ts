// The size of a message: exactly at the limit it is taken, one byte over it has no effect, however it is counted or cut up.
import type { Channel } from '../../../scripts/model.ts';
import { describeEnding } from '../../harness/connection.ts';
import type { Built } from '../../harness/messages.ts';
import { Probing } from '../../harness/probe.ts';
import type { Kit } from '../../kit.ts';
import { type Case, Failed, lowest, NotTestable, type Rule } from '../../rule.ts';

type SizeRow = NonNullable<Channel['limits']['message']>;

function sizeRule(
  record: Pick<Rule, 'id' | 'sentence'> & { readonly rowLevel: boolean },
  run: (kit: Kit, row: SizeRow) => Promise<void>,
): Rule {
  const { id, sentence, rowLevel } = record;
  return {
    id,
    sentence,
    level: 'MUST',
    role: 'server',
    cases(_contract, channel) {
      const row = channel.limits.message;
      if (row === null) return [];
      const one: Case = {
        channel: channel.name,
        // That it is not processed is no matter of taste; that the connection ends, and the code, have the row's level.
        level: rowLevel ? lowest('MUST', row.level) : 'MUST',
        source: row.source,
        run: (kit) => run(kit, row),
      };
      return [one];
    },
  };
}

/** White space behind it makes any JSON message as long as need be. */
export function padded(text: string, bytes: number): string {
  const missing = bytes - Buffer.byteLength(text);
  if (missing < 0) throw new NotTestable('The shortest message of the contract is over the limit itself.', []);
  return text + ' '.repeat(missing);
}

/** Fewer characters than the limit, more bytes: the padding is an unknown property, which is ignored. */
export function paddedByBytes(built: Built, bytes: number): string {
  const value = { ...(built.value as Record<string, unknown>), padding: '' };
  const missing = bytes - Buffer.byteLength(JSON.stringify(value));
  if (missing < 0) throw new NotTestable('The shortest message of the contract is over the limit itself.', []);
  return JSON.stringify({ ...value, padding: `${'é'.repeat(missing >> 1)}${missing % 2 === 0 ? '' : 'e'}` });
}

function pieces(text: string, count: number): readonly string[] {
  const length = Math.ceil(text.length / count);
  return Array.from({ length: count }, (_, index) => text.slice(index * length, (index + 1) * length));
}

async function expectTaken(probing: Probing, built: Built, what: string, send: () => Promise<void>): Promise<void> {
  const since = probing.witness.messages.length;
  await send();
  if (await probing.seen(built, since)) return;
  const { sender, witness, probe } = probing;
  const seen = sender.ending === null ? witness.describe() : `the sender was ${describeEnding(sender.ending)}`;
  throw new Failed(`${what} has its effect (${probe.effect.type})`, seen, { reason: 'not-taken', level: probe.level });
}

export const atLimitAccepted = sizeRule(
  {
    id: 'limits/size-at-limit-accepted',
    rowLevel: false,
    sentence: 'A message of exactly as many bytes as are allowed is taken, in one frame or in several.',
  },
  async (kit, row) => {
    const probing = await Probing.open(kit);
    const { sender } = probing;
    const whole = probing.build();
    await expectTaken(probing, whole, `a message of ${row.bytes} bytes`, () =>
      sender.send(padded(whole.text, row.bytes)),
    );
    const cut = probing.build();
    await expectTaken(probing, cut, `a message of ${row.bytes} bytes in four fragments`, () =>
      sender.sendFragments(pieces(padded(cut.text, row.bytes), 4)),
    );
  },
);

async function expectNoEffect(
  kit: Kit,
  what: string,
  send: (probing: Probing, built: Built) => Promise<void>,
): Promise<Probing> {
  const probing = await Probing.open(kit);
  await probing.control('a message within the limit');
  const built = probing.build();
  if (await probing.hasEffect(built, () => send(probing, built))) {
    throw new Failed(`${what} has no effect`, `a ${probing.probe.effect.type} came of it`, { reason: 'processed' });
  }
  return probing;
}

export const overNotProcessed = sizeRule(
  { id: 'limits/size-over-not-processed', rowLevel: false, sentence: 'A message over the size limit has no effect.' },
  async (kit, row) => {
    await expectNoEffect(kit, `a message of ${row.bytes + 1} bytes`, ({ sender }, { text }) =>
      sender.send(padded(text, row.bytes + 1)),
    );
  },
);

export const fragmentsNotProcessed = sizeRule(
  {
    id: 'limits/size-counts-fragments',
    rowLevel: false,
    sentence:
      'The limit holds for the whole message: one whose fragments are each below it has no effect where together they are over it.',
  },
  async (kit, row) => {
    await expectNoEffect(kit, `a message of ${row.bytes + 1} bytes in four fragments`, ({ sender }, { text }) =>
      sender.sendFragments(pieces(padded(text, row.bytes + 1), 4)),
    );
  },
);

export const bytesCounted = sizeRule(
  {
    id: 'limits/size-counts-bytes',
    rowLevel: false,
    sentence: 'The limit counts bytes, not characters: a message with fewer characters and more bytes has no effect.',
  },
  async (kit, row) => {
    await expectNoEffect(kit, `a message of ${row.bytes + 1} bytes in half as many characters`, ({ sender }, built) =>
      sender.send(paddedByBytes(built, row.bytes + 1)),
    );
  },
);

export const overEnds = sizeRule(
  { id: 'limits/size-over-ends', rowLevel: true, sentence: 'A message over the size limit ends the connection.' },
  async (kit, row) => {
    const probing = await Probing.open(kit);
    await probing.control('a message within the limit');
    await probing.sender.send(padded(probing.build().text, row.bytes + 1));
    if ((await probing.sender.ended()) === null) {
      throw new Failed(`the end of the connection after ${row.bytes + 1} bytes`, 'it stays open', { reason: 'never' });
    }
  },
);

export const overCode = sizeRule(
  {
    id: 'limits/size-over-code',
    rowLevel: true,
    sentence: 'A message over the size limit ends the connection with the close code of the contract.',
  },
  async (kit, row) => {
    const probing = await Probing.open(kit);
    await probing.control('a message within the limit');
    await probing.sender.send(padded(probing.build().text, row.bytes + 1));
    const ending = await probing.sender.ended();
    const expected = `closed with ${row.code}`;
    if (ending === null) throw new Failed(expected, 'it stays open', { reason: 'never' });
    if (ending.code !== row.code) throw new Failed(expected, describeEnding(ending), { reason: 'wrong-code' });
  },
);
