// A page for tests: online or not, shown or not, and its events when a test fires them.
import type { Environment, EnvironmentEvent } from '../client/index.ts';

export interface FakeEnvironment extends Environment {
  /** Changes what the page is, and tells those that listen. */
  fire(event: EnvironmentEvent): void;
  /** Listeners that were not taken away. */
  readonly listeners: number;
}

export function createFakeEnvironment(): FakeEnvironment {
  const calls = new Set<(event: EnvironmentEvent) => void>();
  let isOnline = true;
  let isHidden = false;
  return {
    isOnline: () => isOnline,
    isHidden: () => isHidden,
    listen(call) {
      calls.add(call);
      return () => calls.delete(call);
    },
    fire(event) {
      if (event === 'online' || event === 'offline') isOnline = event === 'online';
      else isHidden = event === 'hidden' || event === 'pagehide';
      for (const call of [...calls]) call(event);
    },
    get listeners() {
      return calls.size;
    },
  };
}
