// One batch: a connection, what the dice make of a layer, and whether the server did what the contract and the RFC say.
import { Dice } from './dice.ts';
import { fenceOf } from './fence.ts';
import { judgeFrames } from './frame-oracle.ts';
import { hostileFrames } from './hostile-frames.ts';
import { hostileRequest } from './hostile-requests.ts';
import { hostileText } from './hostile-texts.ts';
import { hostileMessage } from './hostile-values.ts';
import { Peer, upgradeRequest } from './peer.ts';
import type { Place, Seat } from './places.ts';
import { closePayload, opcodes, writeFrame } from './raw-frame.ts';
import { patienceMs, type Stand } from './stand.ts';

export const layers = ['bytes', 'frames', 'json', 'messages'] as const;
export type Layer = (typeof layers)[number];

export interface BatchResult {
  readonly layer: Layer;
  readonly channel: string;
  /** Hostile inputs that were sent. */
  readonly cases: number;
  /** Null: the server did all that it had to. */
  readonly finding: string | null;
}

/** What a batch found, in words. */
class Found extends Error {}

interface Batch {
  readonly stand: Stand;
  readonly dice: Dice;
  readonly place: Place;
  readonly seat: Seat;
  readonly peer: Peer;
}

const shown = (input: string | Buffer): string => {
  const text = typeof input === 'string' ? JSON.stringify(input) : input.toString('hex');
  return text.length > 600 ? `${text.slice(0, 600)}... (${text.length})` : text;
};

const within = async ({ peer }: Batch, what: string, isSo: () => boolean): Promise<void> => {
  if (await peer.until(isSo, patienceMs)) return;
  const answer = peer.status === null ? '' : `, answered by ${peer.answer}, close code ${peer.closeCode}`;
  throw new Found(`${what}: ${peer.hasEnded ? 'the connection ended' : 'nothing came'}${answer}`);
};

/** Everything that came is the contract's and the RFC's. */
const checkReceived = ({ peer, stand, place }: Batch): void => {
  const [broken] = peer.broken;
  if (broken !== undefined) throw new Found(`the server sends ${broken}`);
  for (const text of peer.texts) {
    const wrong = stand.messages.wrong(place, text);
    if (wrong !== null) throw new Found(`the server sends ${wrong}: ${text.slice(0, 300)}`);
  }
};

// 100: a request that asks before it sends its body. 501 and 505: methods and versions that there are not.
const isFineStatus = (status: number): boolean =>
  [100, 101, 501, 503, 505].includes(status) || (status >= 400 && status < 500);

const playBytes = async (batch: Batch): Promise<number> => {
  const { dice, seat, peer } = batch;
  const request = hostileRequest(dice, seat.url);
  await peer.write(request, dice);
  peer.finish();
  await peer.until(() => peer.hasEnded, patienceMs);
  if (!peer.hasEnded) throw new Found(`a request is never ended: ${shown(request)}`);
  if (peer.answer !== '' && !isFineStatus(peer.status ?? 0)) {
    throw new Found(`a request is answered by ${peer.answer}: ${shown(request)}`);
  }
  checkReceived(batch);
  return 1;
};

const open = async (batch: Batch): Promise<void> => {
  const { peer, seat, dice } = batch;
  await peer.write(Buffer.from(`${upgradeRequest(seat.url).join('\r\n')}\r\n\r\n`), dice);
  await within(batch, 'a valid handshake', () => peer.status !== null);
  if (peer.status !== 101) throw new Found(`a valid handshake is answered by ${peer.answer}`);
};

const playFrames = async (batch: Batch): Promise<number> => {
  const { dice, place, peer } = batch;
  await open(batch);
  const bytes = hostileFrames(dice, place);
  const outcome = judgeFrames(bytes, place.channel.limits);
  await peer.write(bytes, dice);
  const mark = Buffer.from(`mark ${dice.below(2 ** 30)}`);
  // What comes after an end is not read; where nothing ends it, the answer shows that all before was.
  if (outcome.isCutOff) peer.finish();
  else await peer.write(writeFrame(dice, { opcode: opcodes.ping, payload: mark }), dice);
  await peer.until(() => peer.closeCode !== null || peer.pongs.at(-1)?.equals(mark) === true, patienceMs);
  const codes = [...(outcome.ends ?? []), ...outcome.mayEnd];
  const what = `${shown(bytes)} (${outcome.ends === null ? 'no end' : `to be ended with ${[...outcome.ends].join(' or ')}`})`;
  if (peer.closeCode !== null && !codes.includes(peer.closeCode)) {
    throw new Found(`frames are ended with ${peer.closeCode}: ${what}`);
  }
  if (peer.closeCode === null && outcome.ends !== null)
    throw new Found(`frames are not ended with a close frame: ${what}`);
  const pings = outcome.ends !== null || outcome.isCutOff ? outcome.pings : [...outcome.pings, mark];
  const isEarly = peer.closeCode !== null && outcome.ends?.has(peer.closeCode) !== true;
  const isAnswered = peer.pongs.every((pong, index) => pings[index]?.equals(pong) === true);
  if (!isAnswered || (!isEarly && peer.pongs.length !== pings.length)) {
    throw new Found(`${pings.length} pings are answered by ${peer.pongs.length} pongs, or by others: ${what}`);
  }
  peer.finish();
  await peer.until(() => peer.hasEnded, patienceMs);
  if (!peer.hasEnded) throw new Found(`a connection is never ended: ${what}`);
  checkReceived(batch);
  return 1;
};

/** A text message, in fragments at times. */
const textFrames = (dice: Dice, text: string): Buffer => {
  const payload = Buffer.from(text);
  if (dice.chance(0.9)) return writeFrame(dice, { opcode: opcodes.text, payload });
  const middle = dice.below(payload.length + 1);
  return Buffer.concat([
    writeFrame(dice, { opcode: opcodes.text, payload: payload.subarray(0, middle), final: false }),
    writeFrame(dice, { opcode: opcodes.continuation, payload: payload.subarray(middle) }),
  ]);
};

const playTexts = async (batch: Batch, make: (dice: Dice, place: Place) => string): Promise<number> => {
  const { stand, dice, place, seat, peer } = batch;
  const { channel, oracle, builder } = place;
  await open(batch);
  const join = channel.clientMessages.find(({ key }) => key === channel.room?.join?.message);
  const first = join !== undefined && dice.chance(0.85) ? [builder.build(join, { id: null }, seat.room).text] : [];
  const count = dice.chance(0.05) ? 80 : 1 + dice.below(36);
  const hostile = Array.from({ length: count }, () => make(dice, place));
  const mark = Buffer.from('all sent');
  const frames = [...first, ...hostile].map((text) => textFrames(dice, text));
  const last = writeFrame(dice, { opcode: opcodes.ping, payload: mark });
  await peer.write(Buffer.concat([...frames, last]), dice);
  // Once it is answered, all of it has been read: what came too fast is known to have come too fast.
  await peer.until(() => peer.pongs.length > 0 || peer.closeCode !== null, patienceMs);
  stand.clock.leap();
  const fence = fenceOf(place, seat, stand.nextMark());
  const texts = [...first, ...hostile, ...(fence?.texts ?? [])];
  for (const text of fence?.texts ?? []) await peer.write(textFrames(dice, text), dice);
  const what = (): string =>
    `\n  sent ${texts.map(shown).join('\n       ')}\n  got  ${peer.texts.slice(-40).join('\n       ')}`;
  const isDone = await peer.until(
    () => peer.closeCode !== null || fence === null || peer.texts.some((text) => fence.isAnswer(text)),
    patienceMs,
  );
  if (!isDone) throw new Found(`${peer.hasEnded ? 'the connection ended' : 'no answer'} after${what()}`);
  checkReceived(batch);
  const errors = peer.texts.flatMap((text) => oracle.errorCode(text) ?? []);
  const wrong =
    fence === null
      ? null
      : oracle.match(
          texts.map((text) => oracle.judge(text)),
          errors,
          peer.closeCode,
        );
  if (wrong !== null) throw new Found(`${wrong}${what()}`);
  if (dice.chance(0.5))
    await peer.write(writeFrame(dice, { opcode: opcodes.close, payload: closePayload(1000) }), dice);
  peer.finish();
  await peer.until(() => peer.hasEnded, patienceMs);
  if (!peer.hasEnded) throw new Found(`a connection is never ended after${what()}`);
  return count;
};

/** So many batches of each: those of the upper layers hold many cases. */
const weights: readonly Layer[] = [
  ...Array<Layer>(3).fill('bytes'),
  ...Array<Layer>(6).fill('frames'),
  'json',
  'messages',
];

/** Plays batch `number` of a seed: the same inputs each time. */
export const playBatch = async (stand: Stand, seed: number, number: number): Promise<BatchResult> => {
  const dice = new Dice(seed, `batch ${number}`);
  const layer = dice.pick(weights);
  const place = dice.pick(stand.places);
  const seat = dice.pick(place.seats);
  const peer = new Peer(seat.url);
  const batch = { stand, dice, place, seat, peer };
  const result = { layer, channel: place.channel.name };
  try {
    const cases =
      layer === 'bytes'
        ? await playBytes(batch)
        : layer === 'frames'
          ? await playFrames(batch)
          : await playTexts(batch, layer === 'json' ? hostileText : hostileMessage);
    return { ...result, cases, finding: null };
  } catch (error) {
    if (!(error instanceof Found)) throw error;
    return { ...result, cases: 1, finding: error.message };
  } finally {
    peer.drop();
  }
};
