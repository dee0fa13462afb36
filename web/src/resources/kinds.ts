import type { Schemas } from '../api';

export type Resources = Schemas['Resources'];
export type Queue = Schemas['QueueFigures'];
export type Machine = Resources['machine'];

/** How urgent a task is, by its priority. */
export const URGENCIES: Record<string, string> = {
  1: 'live',
  2: 'interactive',
  3: 'usual',
  4: 'training',
  5: 'back-fill',
};
