// The runtime's counts as Prometheus reads them, by `prom-client`, which the user passes in.

import type { ChannelCensus, Metrics } from './metrics.ts';

/** What `/metrics` answers. */
export interface Exposition {
  exposition(): Promise<{ /** Media type. */ readonly type: string; readonly text: string }>;
}

interface Child {
  inc(value?: number): void;
}

interface Described<R> {
  name: string;
  help: string;
  labelNames: string[];
  registers: R[];
}

/** What is asked of `prom-client`: `import client from 'prom-client'`. */
export interface PrometheusClient<R extends { metrics(): Promise<string>; readonly contentType: string }> {
  readonly Registry: new () => R;
  readonly Counter: new (description: Described<R>) => { labels(...values: string[]): Child };
  readonly Histogram: new (
    description: Described<R> & { buckets: number[] },
  ) => { labels(...values: string[]): { observe(value: number): void } };
  readonly Gauge: new (
    description: Described<R> & { collect(): void },
  ) => { labels(...values: string[]): { set(value: number): void } };
}

const FAN_OUT_SECONDS = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25];

/** Looking a child up by its labels costs more than counting, so each is looked up once. */
const childrenOf = <C>(family: { labels(...values: string[]): C }): ((...values: string[]) => C) => {
  const known = new Map<string, C>();
  return (...values) => {
    const key = values.join('\n');
    let child = known.get(key);
    if (child === undefined) {
      child = family.labels(...values);
      known.set(key, child);
    }
    return child;
  };
};

/** Metrics for the server's `metrics` option: `prometheusMetrics(client)`. @param registry @default one of its own */
export const prometheusMetrics = <R extends { metrics(): Promise<string>; readonly contentType: string }>(
  client: PrometheusClient<R>,
  registry: R = new client.Registry(),
): Metrics & Exposition => {
  const described = (name: string, help: string, ...labelNames: string[]): Described<R> => ({
    name: `wirepact_${name}`,
    help,
    labelNames,
    registers: [registry],
  });
  const count = (...of: Parameters<typeof described>): ((...values: string[]) => Child) =>
    childrenOf(new client.Counter(described(...of)));

  const opened = count('connections_opened_total', 'Connections accepted.', 'channel');
  const closed = count('connections_closed_total', 'Connections ended, by close code.', 'channel', 'code', 'by');
  const refused = count('handshakes_refused_total', 'Handshakes refused, by status or code.', 'channel', 'answer');
  const received = count('messages_received_total', 'Messages from clients; no type: none known.', 'channel', 'type');
  const rejected = count('messages_rejected_total', 'Client messages answered by an error.', 'channel', 'condition');
  const labels = ['channel', 'type', 'delivery'] as const;
  const sent = count('messages_sent_total', 'Messages to clients, each once.', ...labels);
  const deliveries = count('deliveries_total', 'Messages to clients, once for each connection.', ...labels);
  const resyncs = count('resyncs_total', 'Resyncs answered.', 'channel', 'by');
  const replayed = count('messages_replayed_total', 'Messages sent again to who had missed them.', 'channel');
  const fanOut = childrenOf(
    new client.Histogram({
      ...described('fan_out_seconds', 'Time to hand one message to all of its connections.', 'channel'),
      buckets: FAN_OUT_SECONDS,
    }),
  );

  let census: () => readonly ChannelCensus[] = () => [];
  const gauge = (name: string, help: string, value: (row: ChannelCensus) => number): void => {
    const family = new client.Gauge({
      ...described(name, help, 'channel'),
      collect: () => {
        for (const row of census()) family.labels(row.channel).set(value(row));
      },
    });
  };
  gauge('connections', 'Connections now.', (row) => row.connections);
  gauge('backlog_bytes', 'Bytes that the network has not taken.', (row) => row.backlogBytes);
  gauge('backlog_largest_bytes', 'The same for the slowest connection.', (row) => row.largestBacklogBytes);

  return {
    opened: (channel) => opened(channel).inc(),
    closed: (channel, code, by) => closed(channel, String(code), by).inc(),
    refused: (channel, answer) => refused(channel ?? '', String(answer)).inc(),
    received: (channel, type) => received(channel, type ?? '').inc(),
    rejected: (channel, condition) => rejected(channel, condition).inc(),
    sent: (channel, type, delivery, connections, seconds) => {
      sent(channel, type, delivery).inc();
      deliveries(channel, type, delivery).inc(connections);
      if (delivery !== 'direct') fanOut(channel).observe(seconds);
    },
    resynced: (channel, by, messages) => {
      resyncs(channel, by).inc();
      if (messages > 0) replayed(channel).inc(messages);
    },
    watch: (ask) => {
      census = ask;
    },
    exposition: async () => ({ type: registry.contentType, text: await registry.metrics() }),
  };
};
