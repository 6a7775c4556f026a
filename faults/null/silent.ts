// Accepts everybody and never says a word.
import type { Behaviour } from './null-server.ts';

export const silent: Behaviour = () => {};
