// The entry `wirepact/client`: what generated clients stand on, and the types that applications name.
export { backoff } from './backoff.ts';
export {
  type Client,
  type ClientOptions,
  type CommonOptions,
  createClient,
  type Fields,
  type RequestOptions,
  type SendOptions,
} from './client.ts';
export type { TokenContext } from './driver.ts';
export type { Clock, Environment, EnvironmentEvent, SocketConstructor, SocketLike } from './environment.ts';
export type { ClientError } from './failure.ts';
export { beating } from './heartbeat.ts';
export type { InboundValidators } from './inbound.ts';
export type { Message } from './message.ts';
export { repeats } from './repeats.ts';
export { answering } from './requests.ts';
export { ordering } from './resync.ts';
export type { ClientEvent, CloseReason, Effect, FailureCode, Report, Snapshot, StateName } from './state.ts';
export type { ClientTable } from './table.ts';
