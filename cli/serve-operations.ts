// The libraries that `wirepact serve` counts and logs with; both are optional, and loaded only where they are used.
import {
  type Bounds,
  consoleLog,
  type Exposition,
  forwardedAddress,
  type Log,
  type Metrics,
  pinoLog,
  prometheusMetrics,
} from '../runtime/server/index.ts';
import { UsageError } from './exit-codes.ts';

/** The package; null where it is not installed. */
async function loadOptional<T>(load: () => Promise<T>): Promise<T | null> {
  try {
    return await load();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND') return null;
    throw error;
  }
}

/** @param form `text`, `json` or `off` */
export async function openLog(form: string | undefined): Promise<Log> {
  if (form === 'off') return () => {};
  if (form !== 'json') return consoleLog;
  const loaded = await loadOptional(() => import('pino'));
  if (!loaded) throw new UsageError('Logs as JSON need the package pino. Install it: npm install pino');
  return pinoLog(loaded.pino(loaded.destination({ fd: 2, sync: true })));
}

/** Metrics with those of the process; null where `prom-client` is not installed. */
export async function openMetrics(): Promise<(Metrics & Exposition) | null> {
  const loaded = await loadOptional(() => import('prom-client'));
  if (!loaded) return null;
  const client = loaded.default;
  const registry = new client.Registry();
  client.collectDefaultMetrics({ register: registry });
  return prometheusMetrics(client, registry);
}

export interface BoundOptions {
  readonly origins?: readonly string[];
  readonly hosts?: readonly string[];
  readonly maxConnections?: number;
  readonly maxConnectionsPerUser?: number;
  readonly maxConnectionsPerAddress?: number;
  readonly userRate?: NonNullable<Bounds['userRate']>;
  readonly handshakeRate?: NonNullable<Bounds['handshakeRate']>;
  /** ms */
  readonly handshakeTimeout?: number;
  readonly trustProxy?: boolean;
}

export function boundsOf(options: BoundOptions): Bounds {
  const { origins, hosts, maxConnections, maxConnectionsPerUser, maxConnectionsPerAddress } = options;
  const { userRate, handshakeRate, handshakeTimeout, trustProxy } = options;
  return {
    ...(origins && { origins }),
    ...(hosts && { hosts }),
    ...(maxConnections !== undefined && { connections: maxConnections }),
    ...(maxConnectionsPerUser !== undefined && { connectionsPerUser: maxConnectionsPerUser }),
    ...(maxConnectionsPerAddress !== undefined && { connectionsPerAddress: maxConnectionsPerAddress }),
    ...(userRate && { userRate }),
    ...(handshakeRate && { handshakeRate }),
    ...(handshakeTimeout !== undefined && { handshakeTimeoutMs: handshakeTimeout }),
    ...(trustProxy && { addressOf: forwardedAddress }),
  };
}
