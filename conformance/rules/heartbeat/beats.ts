// What the rules about a server's own heartbeats share: the next ping, be it a frame or a message, and answering it.
import type { Channel, Heartbeat } from '../../../scripts/model.ts';
import type { Connection } from '../../harness/connection.ts';
import { valueAt } from '../../harness/pointer.ts';
import type { Kit } from '../../kit.ts';
import type { Case, Rule } from '../../rule.ts';
import { lowest } from '../../rule.ts';

export interface Beat {
  /** performance.now() when the ping came. */
  readonly at: number;
  /** Payload of the frame, or the message. */
  readonly payload: unknown;
}

/** Durations as the target runs them, ms. */
export function durationsOf(kit: Kit, beat: Heartbeat): { intervalMs: number; timeoutMs: number } {
  const { name } = kit.channel;
  return {
    intervalMs: kit.clock.scaled(beat.intervalMs, 'heartbeat.intervalMs', name),
    timeoutMs: kit.clock.scaled(beat.timeoutMs, 'heartbeat.timeoutMs', name),
  };
}

/** The n-th ping (from 0); null where none comes in time or the connection ended first. */
export async function nextPing(
  connection: Connection,
  beat: Heartbeat,
  n: number,
  withinMs: number,
): Promise<Beat | null> {
  if (beat.kind === 'frame') {
    const frame = await connection.pingFrame(n, withinMs);
    return frame === null ? null : { at: frame.at, payload: frame.data };
  }
  const pings = () => connection.messages.filter((message) => message.key === beat.ping);
  await connection.until(() => pings().length > n || connection.ending !== null, withinMs);
  const ping = pings()[n];
  return ping === undefined ? null : { at: ping.at, payload: ping.value };
}

/** Answers a ping; with `wrong`, by something that answers no ping of the server's. */
export async function answer(kit: Kit, connection: Connection, beat: Heartbeat, ping: Beat | null): Promise<void> {
  if (beat.kind === 'frame') {
    await connection.pong(ping === null ? 'unasked' : (ping.payload as Buffer));
    return;
  }
  const echoed = Object.fromEntries(beat.echo.map(({ from, to }) => [to, valueAt(ping?.payload, from)]));
  if (beat.pong !== null) await kit.send(connection, beat.pong, { with: echoed });
}

/** One case for each heartbeat that the server starts. The connection is told not to answer by itself: the case does. */
export function serverBeats(
  run: (kit: Kit, beat: Heartbeat) => Promise<void>,
  options: {
    readonly intervals: number;
    readonly level?: (beat: Heartbeat) => 'MUST' | 'SHOULD';
    readonly applies?: (beat: Heartbeat) => boolean;
  },
): Rule['cases'] {
  return (_contract, channel) =>
    channel.heartbeats
      .filter((beat) => beat.initiator === 'server' && (options.applies?.(beat) ?? true))
      .map((beat) => timingCase(channel, beat, options, (kit) => run(kit, beat)));
}

function timingCase(
  channel: Channel,
  beat: Heartbeat,
  options: { readonly intervals: number; readonly level?: (beat: Heartbeat) => 'MUST' | 'SHOULD' },
  run: (kit: Kit) => Promise<void>,
): Case {
  const ping = channel.serverMessages.find((message) => message.key === beat.ping);
  return {
    channel: channel.name,
    ...(ping === undefined ? {} : { message: ping.type }),
    level: lowest(beat.level, options.level?.(beat) ?? 'MUST'),
    source: beat.source,
    lane: 'quiet',
    needs: { users: 1 },
    timeoutMs: beat.intervalMs * options.intervals + beat.timeoutMs * 2,
    run,
  };
}
