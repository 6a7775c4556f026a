// The generated client in a page: it connects to where the page's address says (`?control=ws://...`), or its driver.
import { createAdapter } from '../generated-client.ts';

declare const control: string | undefined;
const address = typeof control === 'string' ? control : new URLSearchParams(location.search).get('control');
const socket = new WebSocket(address ?? '');
const take = createAdapter('Chromium', (line) => socket.send(line), { parallel: 24 });
socket.onmessage = ({ data }) => take(String(data));
