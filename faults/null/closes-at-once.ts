// Accepts everybody, and closes.
import type { Behaviour } from './null-server.ts';

export const closesAtOnce: Behaviour = (socket) => socket.close(1000);
