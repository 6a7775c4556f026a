// Binary messages and text that is no UTF-8: neither has an effect, and the connection ends.
import type { Channel } from '../../../scripts/model.ts';
import { type Connection, describeEnding } from '../../harness/connection.ts';
import { Probing } from '../../harness/probe.ts';
import type { Kit } from '../../kit.ts';
import { type Case, Failed, lowest, type Rule } from '../../rule.ts';

type Row = NonNullable<Channel['limits']['binary']>;

interface Breach {
  readonly row: (channel: Channel) => Row | null;
  readonly what: string;
  readonly send: (connection: Connection, text: string) => Promise<void>;
}

const binary: Breach = {
  row: (channel) => channel.limits.binary,
  what: 'a message sent as binary',
  send: (connection, text) => connection.sendBinary(Buffer.from(text)),
};

const encoding: Breach = {
  row: (channel) => channel.limits.encoding,
  what: 'a text message that is no UTF-8',
  send: (connection, text) => connection.sendFrame({ opcode: 1, payload: withoutUtf8(text) }),
};

/** A property more, with a byte in it that stands in no UTF-8 text: whoever replaces such bytes finds a valid message. */
export function withoutUtf8(text: string): Buffer {
  const end = text.lastIndexOf('}');
  const comma = text.slice(0, end).trim().endsWith('{') ? '' : ',';
  return Buffer.concat([
    Buffer.from(`${text.slice(0, end)}${comma}"broken":"`),
    Buffer.from([0xff]),
    Buffer.from('"}'),
  ]);
}

function breachRule(
  breach: Breach,
  record: Pick<Rule, 'id' | 'sentence'> & { readonly rowLevel: boolean },
  run: (kit: Kit, probing: Probing, row: Row) => Promise<void>,
): Rule {
  const { id, sentence, rowLevel } = record;
  return {
    id,
    sentence,
    level: 'MUST',
    role: 'server',
    cases(_contract, channel) {
      const row = breach.row(channel);
      if (row === null) return [];
      const one: Case = {
        channel: channel.name,
        level: rowLevel ? lowest('MUST', row.level) : 'MUST',
        source: row.source,
        async run(kit) {
          const probing = await Probing.open(kit);
          await probing.control('the same message as text');
          await run(kit, probing, row);
        },
      };
      return [one];
    },
  };
}

function notProcessed(breach: Breach, id: Rule['id'], sentence: string): Rule {
  return breachRule(breach, { id, sentence, rowLevel: false }, async (_kit, probing) => {
    const built = probing.build();
    if (await probing.hasEffect(built, (connection) => breach.send(connection, built.text))) {
      throw new Failed(`${breach.what} has no effect`, `a ${probing.probe.effect.type} came of it`, {
        reason: 'processed',
      });
    }
  });
}

function ends(breach: Breach, id: Rule['id'], sentence: string): Rule {
  return breachRule(breach, { id, sentence, rowLevel: true }, async (_kit, probing) => {
    await breach.send(probing.sender, probing.build().text);
    if ((await probing.sender.ended()) === null) {
      throw new Failed(`${breach.what} ends the connection`, 'it stays open', { reason: 'never' });
    }
  });
}

function code(breach: Breach, id: Rule['id'], sentence: string): Rule {
  return breachRule(breach, { id, sentence, rowLevel: true }, async (_kit, probing, row) => {
    await breach.send(probing.sender, probing.build().text);
    const ending = await probing.sender.ended();
    const expected = `${breach.what} is answered by a close with ${row.code}`;
    if (ending === null) throw new Failed(expected, 'the connection stays open', { reason: 'never' });
    if (ending.code === row.code) return;
    // RFC 6455 7.1.7: who fails a connection should send a close frame before it drops TCP.
    const level = ending.how === 'close' ? 'MUST' : 'SHOULD';
    throw new Failed(expected, describeEnding(ending), { reason: 'wrong-code', level });
  });
}

export const frameRules: readonly Rule[] = [
  notProcessed(binary, 'limits/binary-not-processed', 'A binary message has no effect.'),
  ends(binary, 'limits/binary-ends', 'A binary message ends the connection.'),
  code(binary, 'limits/binary-code', 'A binary message ends the connection with the close code of the contract.'),
  notProcessed(encoding, 'limits/encoding-not-processed', 'A text message that is not UTF-8 has no effect.'),
  ends(encoding, 'limits/encoding-ends', 'A text message that is not UTF-8 ends the connection.'),
  code(
    encoding,
    'limits/encoding-code',
    'A text message that is not UTF-8 ends the connection with the close code of the contract.',
  ),
];
