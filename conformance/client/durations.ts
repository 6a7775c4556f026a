// The durations of a channel by name, for clients that take them one by one.
import type { Channel } from '../../scripts/model.ts';

/** `reconnect.initialMs`, `heartbeat.client.intervalMs`, `queue.maxAgeMs`, ... Absent ones are left out. */
export function durationsOf(channel: Channel, scaled: (ms: number) => number): Readonly<Record<string, number>> {
  const all: Record<string, number> = {};
  const add = (prefix: string, row: object | null) => {
    for (const [name, value] of Object.entries(row ?? {})) {
      if (name.endsWith('Ms') && typeof value === 'number') all[`${prefix}.${name}`] = scaled(value);
    }
  };
  add('reconnect', channel.reconnect);
  add('queue', channel.queue);
  add('resync', channel.resync?.client ?? null);
  for (const ready of channel.auth?.ready ?? []) add('ready', ready);
  for (const beat of channel.heartbeats)
    add(`heartbeat.${beat.initiator}${beat.kind === 'frame' ? 'Frame' : ''}`, beat);
  for (const message of channel.clientMessages) add(`request.${message.type}`, message.request);
  return all;
}
