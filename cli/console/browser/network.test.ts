import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { SocketLike } from '../../../runtime/client/index.ts';
import { createNetwork, type Network } from './network.ts';

/** The real socket, as the test sees it. */
class FarSocket {
  static made: FarSocket[] = [];
  onopen: ((event: object) => void) | null = null;
  onmessage: ((event: object) => void) | null = null;
  onclose: ((event: object) => void) | null = null;
  readonly bufferedAmount = 0;
  readonly readyState = 1;
  readonly sent: string[] = [];
  isClosed = false;

  constructor() {
    FarSocket.made.push(this);
  }

  send(text: string): void {
    this.sent.push(text);
  }

  close(): void {
    this.isClosed = true;
  }
}

let told: string[];
let network: Network;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('WebSocket', FarSocket);
  FarSocket.made = [];
  told = [];
  network = createNetwork({
    frame: (way, text) => told.push(`${way} ${text}`),
    closed: (code) => told.push(`closed ${code}`),
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** A socket with a client on it; what the client hears is noted. */
function opened(): { readonly near: SocketLike; readonly far: FarSocket | undefined; readonly heard: string[] } {
  const near = new network.Socket('ws://localhost');
  const heard: string[] = [];
  near.onopen = () => heard.push('open');
  near.onmessage = ({ data }: { data: string }) => heard.push(data);
  near.onclose = ({ code }: { code: number }) => heard.push(`close ${code}`);
  return { near, far: FarSocket.made.at(-1), heard };
}

test('up: frames pass both ways, and are told', () => {
  const { near, far, heard } = opened();
  far?.onopen?.({});
  near.send('a');
  far?.onmessage?.({ data: 'b' });
  far?.onclose?.({ code: 4001 });
  expect(heard).toEqual(['open', 'b', 'close 4001']);
  expect(far?.sent).toEqual(['a']);
  expect(told).toEqual(['out a', 'in b', 'closed 4001']);
});

test('cut: the connection is lost at once, and no attempt gets through', () => {
  const { far, heard } = opened();
  network.become('cut');
  expect(heard).toEqual(['close 1006']);
  expect(far?.isClosed).toBe(true);
  far?.onmessage?.({ data: 'late' });
  const again = opened();
  vi.runAllTimers();
  expect(again.heard).toEqual(['close 1006']);
  expect(FarSocket.made).toHaveLength(1);
  expect(told).toEqual(['closed 1006', 'closed 1006']);
});

test('silent: nothing arrives until it is up again, and then all does, in order', () => {
  const { near, far, heard } = opened();
  network.become('silent');
  near.send('a');
  far?.onmessage?.({ data: 'b' });
  far?.onmessage?.({ data: 'c' });
  expect([far?.sent, heard]).toEqual([[], []]);
  network.become('up');
  expect([far?.sent, heard]).toEqual([['a'], ['b', 'c']]);
});

test('silent, then cut: what was held never arrives', () => {
  const { far, heard } = opened();
  network.become('silent');
  far?.onmessage?.({ data: 'b' });
  network.become('cut');
  network.become('up');
  expect(heard).toEqual(['close 1006']);
});

test('a client that let go of its socket is told nothing any more', () => {
  const { near, far } = opened();
  near.onclose = null;
  near.close();
  far?.onclose?.({ code: 1000 });
  expect(told).toEqual([]);
});
