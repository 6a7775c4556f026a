// The frames layer: sequences of frames, right and wrong ones, and the same with bytes bent.
import type { Dice } from './dice.ts';
import type { Place } from './places.ts';
import { closePayload, opcodes, type RawFrame, writeFrame } from './raw-frame.ts';

const codes = [
  0, 999, 1000, 1001, 1002, 1003, 1004, 1005, 1006, 1007, 1011, 1012, 1014, 1015, 1016, 1100, 2000, 2999, 3000, 3999,
  4000, 4999, 5000, 65_535,
];
// RFC 3629: what is no UTF-8, whole or in part.
const notText = ['ff', 'c080', 'eda080', 'f4908080', 'e282', 'f09f98', '80', 'c3'].map((hex) =>
  Buffer.from(hex, 'hex'),
);
const sizes = [0, 1, 2, 124, 125, 126, 127, 1000];

const textOf = (dice: Dice, place: Place): Buffer => Buffer.from(JSON.stringify(dice.pick(place.samples).value));

const closing = (dice: Dice): Buffer => {
  const kind = dice.below(8);
  if (kind === 0) return Buffer.alloc(dice.below(2));
  const reason = kind === 1 ? dice.pick(notText) : Buffer.from('reason '.repeat(dice.below(18)));
  return closePayload(dice.pick(codes), reason.subarray(0, 123));
};

const wrongFrame = (dice: Dice, place: Place): RawFrame => {
  const payload = dice.chance(0.5) ? textOf(dice, place) : dice.bytes(dice.pick(sizes));
  const most = place.channel.limits.message?.bytes ?? 65_536;
  switch (dice.below(10)) {
    case 0:
      return { opcode: opcodes.text, payload, reserved: 1 + dice.below(7) };
    case 1:
      return { opcode: dice.pick([3, 4, 5, 6, 7, 11, 12, 13, 14, 15]), payload };
    case 2:
      return { opcode: dice.pick([0, 1, 2, 8, 9, 10]), payload, masked: false };
    case 3:
      return { opcode: dice.pick([8, 9, 10]), payload: payload.subarray(0, 125), final: false };
    case 4:
      return { opcode: dice.pick([8, 9, 10]), payload: Buffer.alloc(dice.pick([126, 200, 70_000])) };
    case 5:
      return { opcode: opcodes.continuation, payload };
    case 6: {
      const claimedLength = dice.pick([2n ** 63n, 2n ** 64n - 1n, 2n ** 53n, 2n ** 62n, BigInt(most) + 1n]);
      return { opcode: dice.pick([1, 2, 9]), payload: Buffer.alloc(0), claimedLength };
    }
    case 7:
      return { opcode: opcodes.text, payload, lengthBytes: dice.pick([2, 8]) };
    case 8:
      return { opcode: opcodes.text, payload: Buffer.concat([payload.subarray(0, 20), dice.pick(notText)]) };
    default:
      return { opcode: opcodes.text, payload: Buffer.alloc(most + dice.below(2), 32) };
  }
};

/** A message in fragments, with control frames between them; sometimes never finished. */
const fragments = (dice: Dice, place: Place): readonly RawFrame[] => {
  const payload = dice.chance(0.8) ? textOf(dice, place) : Buffer.concat([textOf(dice, place), dice.pick(notText)]);
  const frames: RawFrame[] = [];
  const count = 1 + dice.below(6);
  for (let index = 0; index < count; index += 1) {
    const part = payload.subarray((payload.length * index) / count, (payload.length * (index + 1)) / count);
    const opcode = index === 0 ? opcodes.text : opcodes.continuation;
    frames.push({ opcode, payload: part, final: index === count - 1 && !dice.chance(0.1) });
    if (dice.chance(0.3)) frames.push({ opcode: opcodes.ping, payload: dice.bytes(dice.pick([0, 4, 125])) });
  }
  return frames;
};

const anyFrames = (dice: Dice, place: Place): readonly RawFrame[] => {
  const kind = dice.below(12);
  if (kind < 3) return [{ opcode: opcodes.text, payload: textOf(dice, place) }];
  if (kind < 5) return [{ opcode: dice.pick([opcodes.ping, opcodes.pong]), payload: dice.bytes(dice.below(126)) }];
  if (kind < 8) return fragments(dice, place);
  if (kind === 8) return [{ opcode: opcodes.close, payload: closing(dice) }];
  if (kind === 9) return [{ opcode: opcodes.binary, payload: dice.bytes(dice.pick(sizes)) }];
  return [wrongFrame(dice, place)];
};

/** What a client sends after the handshake. */
export const hostileFrames = (dice: Dice, place: Place): Buffer => {
  if (dice.chance(0.05)) return dice.bytes(dice.length(2000));
  const frames = Array.from({ length: 1 + dice.below(5) }, () => anyFrames(dice, place)).flat();
  const bytes = Buffer.concat(frames.map((frame) => writeFrame(dice, frame)));
  if (dice.chance(0.85)) return bytes;
  for (let times = 1 + dice.below(3); times > 0; times -= 1) bytes[dice.below(bytes.length)]! ^= 1 << dice.below(8);
  return dice.chance(0.3) ? bytes.subarray(0, dice.below(bytes.length)) : bytes;
};
