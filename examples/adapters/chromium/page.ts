// The generated client in a page: the same lines on the suite's control connection, whose address is in the page's own.
import { createAdapter } from '../generated-client.ts';

const control = new WebSocket(new URLSearchParams(location.search).get('control') ?? '');
const take = createAdapter('Chromium', (line) => control.send(line), { parallel: 24 });
control.onmessage = ({ data }) => take(String(data));
