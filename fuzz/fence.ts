// A message whose answer shows that everything before it was handled, made from the contract: by what a ping echoes, or by a
// marker that a broadcast carries.
import { broadcastFence } from '../conformance/harness/fence-choice.ts';
import { setValueAt, valueAt } from '../conformance/harness/pointer.ts';
import { classify } from '../conformance/harness/schemas.ts';
import type { Place, Seat } from './places.ts';

export interface Fence {
  /** In order. */
  readonly texts: readonly string[];
  isAnswer(text: string): boolean;
}

/** Joins first where only members are answered: joining again is harmless. */
const joinText = ({ channel, builder }: Place, seat: Seat): readonly string[] => {
  const join = channel.clientMessages.find(({ key }) => key === channel.room?.join?.message);
  return join === undefined ? [] : [builder.build(join, { id: null }, seat.room).text];
};

/** Null: nothing of the contract can serve. @param mark unlike any other that is under way */
export const fenceOf = (place: Place, seat: Seat, mark: number): Fence | null => {
  const { channel, builder, schemas } = place;
  for (const beat of channel.heartbeats) {
    const [echo] = beat.echo;
    const ping = channel.clientMessages.find(({ key }) => key === beat.ping);
    if (beat.initiator !== 'client' || echo === undefined || ping === undefined) continue;
    const built = setValueAt(builder.build(ping, { id: null }, seat.room).value, echo.from, mark);
    if (!schemas.accepts(ping.schema, built)) continue;
    return {
      texts: [JSON.stringify(built)],
      isAnswer: (text) => {
        const value: unknown = JSON.parse(text);
        return classify(channel, channel.serverMessages, value) === beat.pong && valueAt(value, echo.to) === mark;
      },
    };
  }
  const broadcast = broadcastFence(channel, (message) => builder.build(message, {}, seat.room).marker !== null);
  if (broadcast === null) return null;
  const marker = `fence-${mark.toString(16).padStart(12, '0')}`;
  const { message, user } = broadcast;
  const addressed = user === null ? {} : { with: { [user]: builder.asDeclared(message, user, seat.user.id) } };
  const built = builder.build(message, { marker, id: null, ...addressed }, seat.room);
  return { texts: [...joinText(place, seat), built.text], isAnswer: (text) => text.includes(marker) };
};
