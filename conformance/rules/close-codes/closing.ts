// The closing handshake, and what breaks the protocol below the contract (RFC 6455).
import type { Channel, CloseCode, CloseReason } from '../../../scripts/model.ts';
import { describeEnding } from '../../harness/connection.ts';
import type { FrameParts } from '../../harness/frames.ts';
import { Probing } from '../../harness/probe.ts';
import { type Case, Failed, lowest, type Rule, type UnobservableRule } from '../../rule.ts';

function rowFor(channel: Channel, when: CloseReason): CloseCode | null {
  return channel.closeCodes.find((row) => row.when.includes(when)) ?? null;
}

export const normalAnswered: Rule = {
  id: 'close-codes/normal-answered',
  level: 'MUST',
  role: 'server',
  sentence: "A client's close is answered with a close frame, and with the same code or none.",
  cases(_contract, channel) {
    const row = rowFor(channel, 'normal');
    if (row === null || row.code === 'other') return [];
    const { code, source } = row;
    const one: Case = {
      channel: channel.name,
      level: 'MUST',
      source,
      async run(kit) {
        const connection = await kit.joined({ name: 'leaving' });
        const ending = await connection.close(code);
        const expected = `a close frame that answers ${code}`;
        if (ending.how !== 'close') throw new Failed(expected, describeEnding(ending), { reason: 'not-answered' });
        // RFC 6455 5.5.1: an endpoint typically echoes the code; 1005 stands for an answer without one.
        if (ending.code !== code && ending.code !== 1005) {
          throw new Failed(expected, describeEnding(ending), { reason: 'wrong-code' });
        }
      },
    };
    return [one];
  },
};

const breaches: readonly { readonly what: string; readonly frame: (text: string) => FrameParts }[] = [
  { what: 'an unmasked message', frame: (payload) => ({ opcode: 1, payload, masked: false }) },
  { what: 'a frame with a reserved opcode', frame: () => ({ opcode: 3 }) },
  { what: 'a message with a reserved bit', frame: (payload) => ({ opcode: 1, payload, reserved: 2 }) },
  { what: 'a ping in two fragments', frame: () => ({ opcode: 9, final: false }) },
];

export const protocolErrorEnds: Rule = {
  id: 'close-codes/protocol-error-ends',
  level: 'MUST',
  role: 'server',
  sentence: 'A frame that breaks the WebSocket protocol is not processed and ends the connection (RFC 6455).',
  cases(_contract, channel) {
    if (channel.clientMessages.length === 0) return [];
    const one: Case = {
      channel: channel.name,
      level: 'MUST',
      source: rowFor(channel, 'protocol-error')?.source ?? channel.source,
      timeoutMs: 20_000,
      async run(kit) {
        for (const { what, frame } of breaches) {
          const probing = await Probing.open(kit);
          const { sender } = probing;
          await probing.control('a message in a proper frame');
          const built = probing.build();
          if (await probing.hasEffect(built, (connection) => connection.sendFrame(frame(built.text)))) {
            throw new Failed(`${what} has no effect`, `a ${probing.probe.effect.type} came of it`, {
              reason: 'processed',
            });
          }
          if ((await sender.ended()) === null) {
            throw new Failed(`${what} ends the connection`, 'it stays open', { reason: 'never' });
          }
          probing.witness.terminate();
        }
      },
    };
    return [one];
  },
};

export const protocolErrorCode: Rule = {
  id: 'close-codes/protocol-error-code',
  level: 'MUST',
  role: 'server',
  sentence: 'A frame that breaks the WebSocket protocol is answered with the close code of the contract.',
  cases(_contract, channel) {
    const row = rowFor(channel, 'protocol-error');
    if (row === null || row.code === 'other' || row.sentBy === 'client') return [];
    const { code } = row;
    const one: Case = {
      channel: channel.name,
      level: lowest('MUST', row.level),
      source: row.source,
      timeoutMs: 20_000,
      async run(kit) {
        for (const { what, frame } of breaches) {
          const connection = await kit.connect({ name: 'breaking' });
          await connection.sendFrame(frame('{}'));
          const ending = await connection.ended();
          const expected = `${what} is answered by a close with ${code}`;
          if (ending === null) throw new Failed(expected, 'the connection stays open', { reason: 'never' });
          if (ending.code !== code) throw new Failed(expected, describeEnding(ending), { reason: 'wrong-code' });
        }
      },
    };
    return [one];
  },
};

export const serverError: UnobservableRule = {
  id: 'close-codes/server-error',
  level: 'MUST',
  role: 'server',
  sentence:
    'Where the server itself fails while somebody connects, it closes with the code that the contract gives for that.',
  notObservable:
    'No client can make a server fail on its own side; a test of the server that takes its store away can.',
  cases: (_contract, channel) =>
    (channel.auth?.answers ?? []).flatMap((answer) =>
      answer.when === 'error' ? [{ channel: channel.name, level: answer.level, source: answer.source }] : [],
    ),
};
