// The entry `wirepact/testing`: a server, a clock and a page for the tests of applications that use a generated client.
export { createFakeClock, type FakeClock } from './fake-clock.ts';
export { createFakeEnvironment, type FakeEnvironment } from './fake-environment.ts';
export {
  createFakeServer,
  type FakeConnection,
  type FakeServer,
  type FakeServerOptions,
  type FakeServerValidators,
} from './fake-server.ts';
export { scaled } from './scaled.ts';
