// The generated client in a page: it connects to where the page's address says (`?control=ws://...`), or its driver.
import { createAdapter } from '../generated-client.ts';

const { control = new URLSearchParams(location.search).get('control') ?? '' } = globalThis as { control?: string };
const socket = new WebSocket(control);
const take = createAdapter('Chromium', (line) => socket.send(line), { parallel: 24 });
socket.onmessage = ({ data }) => take(String(data));
