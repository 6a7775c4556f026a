// A server for any contract, without handlers.
export { type MockMessage, type MockRequest, type MockTrigger, mockChannel } from './mock-channel.ts';
export { mockUsers, mockVerifier, opaqueToken } from './mock-users.ts';
