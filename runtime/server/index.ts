// What generated server stubs and their users import.

export type { ChannelTypes, DeliveryWord } from '../channel-types.ts';
export type { AnyHttpServer } from './attach.ts';
export { type Bounds, forwardedAddress } from './bounds.ts';
export { systemClock } from './clock.ts';
export { type Control, type ControlOptions, controlHandler, type Door, startControl } from './control.ts';
export type { CoreHandlers, Store } from './core.ts';
export { encodeMessage, encodeText } from './encoded.ts';
export { memoryEngine } from './engine-memory.ts';
export { type RedisEngineOptions, redisEngine } from './engine-redis.ts';
export { type SqliteEngineOptions, sqliteEngine } from './engine-sqlite.ts';
export {
  type Admission,
  type BoundChannel,
  bindChannel,
  type Connection,
  type Context,
  type Handlers,
  type HandshakeRequest,
  type MessageContext,
  type MessageTo,
  type Outgoing,
  type Outside,
  type ReplyTo,
  type Room,
  type RoomContext,
  type ServerTypes,
  type Without,
} from './facade.ts';
export { freezeTable } from './freeze.ts';
export { type JwtOptions, jwtVerifier } from './jwt.ts';
export { consoleLog, type Log, type LogEntry, redact } from './log.ts';
export { type PinoLogger, pinoLog } from './log-pino.ts';
export type { ChannelCensus, Metrics } from './metrics.ts';
export { type Exposition, type PrometheusClient, prometheusMetrics } from './metrics-prometheus.ts';
export { operationsHandler } from './operations.ts';
export type { HttpHandler } from './plain-http.ts';
export type { Audience } from './publisher.ts';
export type { Readiness } from './readiness.ts';
export { isRefusal, OutcomeUnknownError, RefusalError, refuse } from './refusal.ts';
export type * from './seam.ts';
export { ContractServer, createServer, type ListenOptions, type ServerOptions } from './server.ts';
export type * from './table.ts';
