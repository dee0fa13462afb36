import type { Schemas } from '../api';

export type ServingState = Schemas['Serving'];
export type Backend = Schemas['ServingBackend'];

/** `open`: its circuit is open, so no request is sent to it for a while. */
export const STATES: Record<Backend['state'], { name: string; tone: string }> = {
  ready: { name: 'ready', tone: 'completed' },
  open: { name: 'circuit open', tone: 'waiting' },
  down: { name: 'down', tone: 'failed' },
};
