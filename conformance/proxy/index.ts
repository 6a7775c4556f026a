// The fault proxy as a library: of this suite's pair mode, and of anything else that wants faults between a client and a server.
export type { CutHow, Direction, Refusal } from './faults.ts';
export type { ConnectionRecord, WireEvent } from './proxied-connection.ts';
export { type FaultProxy, type ProxyOptions, type StrokeOptions, startProxy } from './proxy.ts';
