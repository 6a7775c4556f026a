// The entry `wirepact/client`: what generated clients stand on, and the types that applications name.
export { backoff } from './backoff.ts';
export {
  type Client,
  type ClientOptions,
  createClient,
  type Fields,
  type RequestOptions,
  type SendOptions,
  type Snapshot,
} from './client.ts';
export type { DebugEntry, TokenContext } from './driver.ts';
export type { Clock, Environment, EnvironmentEvent, SocketConstructor, SocketLike } from './environment.ts';
export { ClientError } from './failure.ts';
export type { InboundValidators } from './inbound.ts';
export type { Message } from './message.ts';
export type { CloseReason, FailureCode, Report, StateName } from './state.ts';
export type { ClientTable } from './table.ts';
